"""CSV with a header as Arrow batches: a bad row costs itself and nothing after it.

The `csv` module would let one unclosed quote swallow the rest of a file. Here a row is taken line by line: lines
are joined only while a quote is open, and if that does not end in a whole row, only its first line is given up.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.contract.masking import personal_places
from pipelines.reading.blocks import HEAD_BYTES, MAX_LINE_BYTES, blocks, is_refused, long_lines
from pipelines.reading.landing import ByteStream
from pipelines.reading.lines import BATCH_BYTES, BATCH_LINES, BROKEN, SOUND, LineCounts

# A quoted cell that runs over more lines than this is an unclosed quote.
MAX_JOINED_LINES = 64
# More columns than this are no header of a log.
MAX_COLUMNS = 10_000
# Cells that a batch may hold: each is a Python text while the batch is made.
_BATCH_CELLS = 1_000_000
# A header longer than this is none; its line end is looked for no further.
_MAX_HEADER_BYTES = 1 << 20
_QUOTED_OR_END = re.compile(rb'"[^"]*"|\r\n|[\r\n]')
csv.field_size_limit(MAX_LINE_BYTES)
Row = tuple[int, str, int, list[str]]


def csv_batches(
    stream: ByteStream, counts: LineCounts, personal: frozenset[str] = frozenset()
) -> Iterator[pa.RecordBatch]:
    """Rows as batches of `line`, `record`, `flaw` and a text column per header cell; an empty cell is NULL.

    `line` is the physical line where the row begins, the header's being 1; a row that is none (other number of
    cells than the header, broken quotes, no UTF-8) is `BROKEN`. The first batch comes even without rows, so that
    the columns are known.
    """
    rows = _rows(stream)
    header = _header(next(rows, None))
    names = [f"column {name}" for name in header]
    has_personal = bool(personal_places(header, personal))
    schema = pa.schema(
        [("line", pa.int64()), ("record", pa.string()), ("flaw", pa.int8())] + [(name, pa.string()) for name in names]
    )
    batch: list[Row] = []
    size = 0
    most = min(BATCH_LINES, _BATCH_CELLS // max(1, len(header)))
    yield _batch([], len(header), schema)
    for number, text, flaw, cells in rows:
        counts.records += 1
        if flaw == BROKEN or len(cells) != len(header):
            # The cells of a row that is none are of no use, and may be millions.
            flaw, text, cells = BROKEN, _without_personal(text[:HEAD_BYTES], has_personal), []
        batch.append((number, text, flaw, cells))
        size += len(text)
        if len(batch) >= most or size > BATCH_BYTES:
            yield _batch(batch, len(header), schema)
            batch, size = [], 0
    if batch:
        yield _batch(batch, len(header), schema)


def _without_personal(text: str, has_personal: bool) -> str:
    """A row that is none, for people to read: its cells stand under no sure column, and one may be personal."""
    return ",".join("***" for _ in text.split(",")) if has_personal else text


def _header(row: Row | None) -> list[str]:
    """The header's names; a name that comes twice is taken where it stands first. Too many are none."""
    cells = row[3] if row else []
    if len(cells) > MAX_COLUMNS:
        return []
    return [name if cells.index(name) == place else f"{name} again at {place}" for place, name in enumerate(cells)]


def _batch(rows: list[Row], width: int, schema: pa.Schema) -> pa.RecordBatch:
    columns = [[row[3][i] or None if row[2] != BROKEN else None for row in rows] for i in range(width)]
    head: list[list[Any]] = [[row[i] for row in rows] for i in range(3)]
    return pa.RecordBatch.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(head + columns, schema, strict=True)], schema=schema
    )


def _rows(stream: ByteStream) -> Iterator[Row]:
    pending: list[tuple[int, bytes]] = []
    for block in blocks(_LineFeeds(stream)):
        long = long_lines(block)
        for index in range(len(block)):
            number, line = block.first_line + index, block.line(index)
            if index in long and is_refused(block, index, is_json=False):
                yield from _whole_rows(pending, final=True)
                yield number, line[:HEAD_BYTES].decode("utf-8", "replace"), BROKEN, []
                continue
            pending.append((number, line))
            yield from _whole_rows(pending, final=False)
    yield from _whole_rows(pending, final=True)


class _LineFeeds:
    """A stream whose lines end in line feeds, also where the file's end in carriage returns alone, as some
    spreadsheets write them. The header's end tells; any other file passes as it is.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._head = b""
        self._has_returns = self._ends_in_return()

    def readinto(self, buffer: memoryview, /) -> int | None:
        count: int | None = min(len(buffer), len(self._head))
        if count:
            buffer[:count], self._head = self._head[:count], self._head[count:]
        else:
            count = self._stream.readinto(buffer)
        if count and self._has_returns:
            taken = np.frombuffer(buffer, np.uint8, count)
            taken[taken == ord("\r")] = ord("\n")
        return count

    def _ends_in_return(self) -> bool:
        """Reads on until the header's end is there, and looks at it."""
        chunk = memoryview(bytearray(1 << 16))
        while len(self._head) < _MAX_HEADER_BYTES:
            count = self._stream.readinto(chunk)
            self._head += chunk[: count or 0]
            ends = (found for found in _QUOTED_OR_END.finditer(self._head) if found[0][:1] != b'"')
            # Behind a return that is the last byte so far, a line feed may follow.
            if (end := next(ends, None)) and (end.end() < len(self._head) or not count):
                return end[0] == b"\r"
            if not count:
                break
        return False


def _whole_rows(pending: list[tuple[int, bytes]], *, final: bool) -> Iterator[Row]:
    """Takes the rows that are complete off the front of `pending`."""
    while pending:
        taken, quotes, size = 0, 0, 0
        while taken < len(pending) and (taken == 0 or quotes % 2):
            quotes += pending[taken][1].count(b'"')
            size += len(pending[taken][1])
            taken += 1
        if quotes % 2 and not final and taken < MAX_JOINED_LINES and size <= MAX_LINE_BYTES:
            return
        number, first = pending[0]
        if quotes % 2:
            taken = 1
        row = _row(number, b"\n".join(line for _, line in pending[:taken]))
        if row is None and taken > 1:
            # The quotes met by chance: the first line stands or falls alone, the next ones are looked at anew.
            taken, row = 1, _row(number, first)
        del pending[:taken]
        if row is not None:
            yield row
        elif first.strip():
            yield number, first.decode("utf-8", "replace"), BROKEN, []


def _row(number: int, raw: bytes) -> Row | None:
    """The row of some whole lines; None where they are blank, or no row by their quotes."""
    if not raw.strip():
        return None
    text, flaw = raw.removesuffix(b"\r").decode("utf-8", "replace"), SOUND
    if "\ufffd" in text and text.encode() != raw.removesuffix(b"\r"):
        flaw = BROKEN
    cells = cells_of(text)
    return None if cells is None else (number, text, flaw, cells)


def cells_of(text: str) -> list[str] | None:
    """The cells of a row; None where the text is no row by its quotes, or more than one."""
    if '"' not in text:
        return text.split(",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
