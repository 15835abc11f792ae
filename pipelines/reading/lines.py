"""Raw text as Arrow batches of lines: numbered, verified UTF-8, nothing copied that need not be.

DuckDB parses these batches in parallel while the next block is read, so a file is read, decompressed and
checked in the same pass that parses it. What a line means is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.contract.record import TEXT_FIELDS
from pipelines.reading.blocks import HEAD_BYTES, NEWLINE, NOWHERE, Block, Scratch, blocks, is_refused, long_lines
from pipelines.reading.landing import ByteStream

# Rows of one batch: small enough that both cores get work, large enough to cost nothing.
BATCH_LINES = 8192
# What a batch may hold beside one line: long lines come in small batches, since all of a batch is in memory at once.
BATCH_BYTES = 4 << 20

SCHEMA = pa.schema([("line", pa.int64()), ("record", pa.string()), ("flaw", pa.int8())])
# What a batch says of a line: nothing to see; to be read exactly; no text, or no row, at all.
SOUND, DOUBTFUL, BROKEN = 0, 1, 2
_SPACES = np.frombuffer(b" \t\r\n\x0b\x0c", dtype=np.uint8)
# Short marks as little-endian numbers: numpy compares them at memory speed.
_KEY_END = int.from_bytes(b'":', "little")
_APART = [int.from_bytes(mark, "little") for mark in (b" :", b"\t:", b"\r:")]
_NULL = int.from_bytes(b"null", "little")
_QUOTE = ord('"')
# The fields whose value must be a JSON string, by the last eight bytes of their key with its closing quote: how far
# an eight-byte number is to be shifted, and what it is then.
_TEXT_KEYS = [
    (8 * (8 - len(tail)), int.from_bytes(tail, "little"))
    for tail in (f'"{name}"'.encode()[-8:] for name in TEXT_FIELDS)
]
_CLOSING = tuple(b"}]")
_COMMA, _SPACE = tuple(b", ")


class LineSet:
    """Numbers of lines, one bit each: of a file of nothing but short lines there may be a billion."""

    def __init__(self, last: int) -> None:
        self._bits = np.zeros(last // 8 + 1, dtype=np.uint8)

    def add(self, lines: np.ndarray) -> None:
        """Adds numbers."""
        np.bitwise_or.at(self._bits, lines >> 3, (1 << (lines & 7)).astype(np.uint8))

    def has(self, lines: np.ndarray) -> np.ndarray:
        """Which of the numbers are in it."""
        bits = self._bits[np.minimum(lines >> 3, len(self._bits) - 1)]
        found: np.ndarray = ((bits >> (lines & 7).astype(np.uint8)) & 1 == 1) & (lines >> 3 < len(self._bits))
        return found


@dataclass
class LineCounts:
    """What a pass over a file saw: records (lines that hold something), and marks that end a JSON key."""

    records: int = 0
    key_marks: int = 0


def line_batches(stream: ByteStream, counts: LineCounts, *, lenient: bool = False) -> Iterator[pa.RecordBatch]:
    """Numbered lines as Arrow batches with the columns of `SCHEMA`, blank ones left out.

    Bytes that are no UTF-8 become U+FFFD; such a line is `BROKEN`. What DuckDB's JSON reader would take though it is
    not plainly right is `DOUBTFUL`.

    Args:
        stream: the verified bytes of one text file.
        counts: filled while the batches are drawn.
        lenient: the lines are no JSON: none is `BROKEN` or `DOUBTFUL`.
    """
    scratch = Scratch()
    for block in blocks(stream):
        flaws = np.zeros(len(block), dtype=np.int8)
        if not lenient:
            flaws[_doubtful(block, counts, scratch)] = DOUBTFUL
        records, undecodable = _records(block)
        if not lenient:
            flaws[undecodable] = BROKEN
        numbers = np.arange(block.first_line, block.first_line + len(block), dtype=np.int64)
        if refused := [index for index in long_lines(block) if is_refused(block, index, is_json=not lenient)]:
            flaws[refused] = BROKEN
            texts = records.to_pylist()
            for index in refused:
                texts[index] = texts[index][:HEAD_BYTES]
            records = pa.array(texts, type=pa.string())
        filled = _not_blank(block)
        sizes = np.diff(block.starts)
        if not filled.all():
            records, numbers, flaws = records.filter(pa.array(filled)), numbers[filled], flaws[filled]
            sizes = sizes[filled]
        counts.records += len(numbers)
        batch = pa.RecordBatch.from_arrays([arrow_of(numbers), records, arrow_of(flaws)], schema=SCHEMA)
        for first, count in _pieces(sizes):
            yield batch.slice(first, count)


def _pieces(sizes: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where each batch of some lines begins, and how many it takes."""
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        by_bytes = int(np.searchsorted(ends, before + BATCH_BYTES, side="right")) - first
        count = min(BATCH_LINES, max(1, by_bytes), len(sizes) - first)
        yield first, count
        first += count


def arrow_of(values: np.ndarray) -> pa.Array:
    """A numpy array as an Arrow array over the same bytes; `pa.array` would copy, and first look for pandas."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def _records(block: Block) -> tuple[pa.Array, list[int]]:
    """The block's lines, line ends included, as an Arrow array over the block's own bytes; which are no UTF-8."""
    count, size = len(block), int(block.starts[-1])
    buffers = [None, pa.py_buffer(block.starts), pa.py_buffer(block.data[:size])]
    records = pa.Array.from_buffers(pa.string(), count, buffers)
    try:
        records.validate(full=True)
        return records, []
    except pa.ArrowInvalid:
        texts = [block.line(i).decode("utf-8", "replace") for i in range(count)]
        undecodable = [i for i, text in enumerate(texts) if "\ufffd" in text and text.encode() != block.line(i)]
        return pa.array(texts, type=pa.string()), undecodable


def _not_blank(block: Block) -> np.ndarray:
    """Which lines hold more than white space; only those that begin with some are looked at whole."""
    first_bytes = np.frombuffer(block.data, dtype=np.uint8)[block.starts[:-1]]
    # A file may be nothing but line ends: these are known without a look at each.
    filled: np.ndarray = first_bytes != NEWLINE
    for index in np.flatnonzero(filled & np.isin(first_bytes, _SPACES)):
        filled[index] = bool(block.line(int(index)).strip())
    return filled


def _doubtful(block: Block, counts: LineCounts, scratch: Scratch) -> np.ndarray:
    """The lines that DuckDB's JSON reader would take and that are not plainly right; counts key marks on the way.

    These are lines with a comma before a closing bracket, lines where a field that must be text is none, and lines
    with a blank before a colon, whose keys are not looked for here.
    """
    size = int(block.starts[-1])
    data = np.frombuffer(block.data, dtype=np.uint8, count=size)
    places = [_trailing_commas(data, scratch)]
    for shift in (0, 1):
        pairs = data[shift : shift + (size - shift) // 2 * 2].view(np.uint16)
        ends = scratch.equal(pairs, _KEY_END)
        counts.key_marks += int(np.count_nonzero(ends))
        # Only few keys have no quote right behind their colon; looking for these alone is what makes this cheap.
        ends[: len(pairs) - 1] &= data[shift + 2 : shift + 2 * len(pairs) : 2] != _QUOTE
        places.append(_no_text(data, np.flatnonzero(ends) * 2 + (shift + 1)))
        for mark in _APART:
            places.append(scratch.places(pairs, mark) * 2 + shift)
    lines: np.ndarray = np.searchsorted(block.starts, np.concatenate(places), side="right") - 1
    return lines


def _trailing_commas(data: np.ndarray, scratch: Scratch) -> np.ndarray:
    """The closing brackets with a comma before them, white space between or not."""
    found: list[int] = []
    for bracket in _CLOSING:
        places = scratch.places(data, bracket)
        before = data[np.maximum(places - 1, 0)]
        for place in places[(before == _COMMA) | (before <= _SPACE)]:
            if _follows_comma(data, int(place)):
                found.append(int(place))
    return np.array(found, dtype=np.int64)


def _follows_comma(data: np.ndarray, place: int) -> bool:
    """Whether a comma is the last byte before `place` that is no white space."""
    reach = 64
    while True:
        before = data[max(0, place - reach) : place].tobytes().rstrip()
        if before or reach >= place:
            return before.endswith(b",")
        reach *= 8


def _no_text(data: np.ndarray, colons: np.ndarray) -> np.ndarray:
    """The colons behind a key that wants a text, where neither a string nor `null` follows."""
    # The shortest `{"phone":1}` has eight bytes before its colon, and two bytes and the line end behind it.
    colons = colons[(colons >= 8) & (colons < len(data) - 3)]
    if not len(colons):
        return NOWHERE
    values = colons + 1
    values = values + (data[values] == _SPACE)
    strange = data[values] != _QUOTE
    colons, values = colons[strange], values[strange]
    words = np.ndarray(len(data) - 3, dtype="<u4", buffer=data.data, strides=(1,))
    not_null = words[np.minimum(values, len(words) - 1)] != _NULL
    colons = colons[not_null]
    keys = np.ndarray(len(data) - 7, dtype="<u8", buffer=data.data, strides=(1,))[colons - 8]
    wants_text = np.zeros(len(colons), dtype=bool)
    for shift, tail in _TEXT_KEYS:
        wants_text |= (keys >> np.uint64(shift)) == tail
    return colons[wants_text]
