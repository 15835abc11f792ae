"""Rewrites irregular CSV so that the database can read it: a bad row is rejected without affecting the rows after it.

Lines are joined only while a quote is open. If their quotes are then invalid, the first line is read alone and the
others anew; if only their number of cells is wrong, they are rejected as one row. Plain rows are recognized by their
bytes and copied as they are; other rows are parsed and written anew.
"""

import csv
import io
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from pipelines.reading.files.blocks import HEAD_BYTES, MAX_LINE_BYTES, Block, blocks
from pipelines.reading.files.packings import ByteStream
from pipelines.reading.formats.csv_cells import cells_of
from pipelines.reading.formats.csv_layout import CsvLayout

# A quote that is open for more lines than this counts as unclosed.
MAX_JOINED_LINES = 64
_QUOTE, _RETURN, _NEWLINE, _BLANK = tuple(b'"\r\n ')
_ENCODED = 0x80


class CsvCleaner:
    """Copies the rows of a CSV file, without its header, in a form that the database can read.

    `lines` are the line numbers at which the copied rows begin. `reject` is called with line number and text of each
    bad row.
    """

    def __init__(self, layout: CsvLayout, out: BinaryIO, reject: Callable[[int, str], None]) -> None:
        self._layout, self._out, self._reject = layout, out, reject
        self._pending: list[tuple[int, bytes]] = []
        self._lines: list[np.ndarray] = []
        self._heads_due = 2 if layout.has_separator_line else 1

    @property
    def lines(self) -> np.ndarray:
        """The line number at which each copied row begins, from 1."""
        return np.concatenate(self._lines) if self._lines else np.empty(0, np.uint32)

    def copy(self, stream: ByteStream) -> None:
        """Copy the rows of a whole file, with line feeds as line ends."""
        for block in blocks(_LineFeeds(stream) if self._layout.line_end == b"\r" else stream):
            self._copy_block(block)
        self._take_rows(final=True)

    def _copy_block(self, block: Block) -> None:
        has_returns = self._layout.line_end == b"\r\n"
        is_plain = _plain_rows(block, self._layout)
        index = 0
        while index < len(block):
            if self._pending or self._heads_due or not is_plain[index]:
                line = block.line(index)
                self._pending.append((block.first_line + index, line))
                self._take_rows(final=False)
                index += 1
                continue
            end = index + int(np.argmin(is_plain[index:])) if not is_plain[index:].all() else len(block)
            rows = block.data[block.starts[index] : block.starts[end]]
            self._out.write(bytes(rows).replace(b"\r\n", b"\n") if has_returns else rows)
            self._lines.append(np.arange(block.first_line + index, block.first_line + end, dtype=np.uint32))
            index = end

    def _take_rows(self, *, final: bool) -> None:
        """Write or reject the complete rows at the front of the pending lines. If `final`, no more lines follow: an
        unclosed quote can no longer be closed.
        """
        pending = self._pending
        while pending:
            taken, quotes, size = 0, 0, 0
            while taken < len(pending) and (taken == 0 or quotes % 2):
                quotes += pending[taken][1].count(b'"')
                size += len(pending[taken][1])
                taken += 1
            if quotes % 2 and not final and taken < MAX_JOINED_LINES and size <= MAX_LINE_BYTES:
                return
            if quotes % 2:
                taken = 1
            number, first = pending[0]
            whole = b"\n".join(line for _, line in pending[:taken])
            text = _text(whole)
            cells = cells_of(text, self._layout.separator)
            if cells is None and taken > 1:
                # The quotes matched by chance: the first line is read alone, and the next ones anew.
                taken, whole, text = 1, first, _text(first)
                cells = cells_of(text, self._layout.separator)
            del pending[:taken]
            is_text = "\ufffd" not in text or text.encode() == whole.removesuffix(b"\r")
            if whole.strip():
                self._take(number, text, cells if is_text else None)

    def _take(self, number: int, text: str, cells: list[str] | None) -> None:
        if self._heads_due:
            self._heads_due -= 1
            return
        if cells is None or len(cells) != len(self._layout.names):
            self._reject(number, text[:HEAD_BYTES])
            return
        row = io.StringIO(newline="")
        separator = self._layout.separator
        csv.writer(row, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
        self._out.write(row.getvalue().encode())
        self._lines.append(np.array([number], np.uint32))


def _text(raw: bytes) -> str:
    """Decode whole lines, with U+FFFD for invalid UTF-8."""
    return raw.removesuffix(b"\r").decode("utf-8", "replace")


def _plain_rows(block: Block, layout: CsvLayout) -> np.ndarray:
    """Mark the lines that are rows to be copied unchanged: they have as many cells as the header, are valid UTF-8,
    contain no quotes, and have carriage returns only in their line ends.
    """
    width, has_returns = len(layout.names), layout.line_end == b"\r\n"
    begin, end = int(block.starts[0]), int(block.starts[-1])
    data = np.frombuffer(block.data, dtype=np.uint8)[begin:end]
    starts = block.starts - begin

    def line_of(places: np.ndarray) -> np.ndarray:
        return np.searchsorted(starts, places, side="right") - 1

    marks = np.flatnonzero(data == ord(layout.separator))
    is_plain: np.ndarray = np.bincount(line_of(marks), minlength=len(block)) == width - 1
    # With a single column, a blank line would look like a row.
    is_plain &= width > 1
    if layout.separator == "\t":
        # A line of nothing but tabs counts as blank.
        is_plain &= np.maximum.reduceat(data, starts[:-1]) > _BLANK
    odd = [data == _QUOTE, data == _RETURN]
    if has_returns:
        ends = starts[1:] - 2
        is_plain &= data[np.maximum(ends, 0)] == _RETURN
        odd[1][ends[is_plain]] = False
    if not _is_text(block, begin, end):
        odd.append(data >= _ENCODED)
    for marks in odd:
        is_plain[line_of(np.flatnonzero(marks))] = False
    return is_plain


def _is_text(block: Block, begin: int, end: int) -> bool:
    offsets = pa.py_buffer(np.array([0, end - begin], dtype=np.int32))
    text = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(block.data[begin:end])])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class _LineFeeds:
    """A stream in which line feeds replace carriage returns. It reads files whose line ends are carriage returns alone,
    as some spreadsheets write them.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def readinto(self, buffer: memoryview, /) -> int | None:
        count = self._stream.readinto(buffer)
        taken = np.frombuffer(buffer, np.uint8, count or 0)
        taken[taken == _RETURN] = _NEWLINE
        return count
