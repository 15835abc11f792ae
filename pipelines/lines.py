"""Raw text as Arrow batches of lines: numbered, verified UTF-8, nothing copied that need not be.

DuckDB parses these batches in parallel while the next block is read, so a file is read, decompressed and
checked in the same pass that parses it. What a line means is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.landing import ByteStream
from pipelines.log_format import TEXT_FIELDS

# About the size of a core's cache: the checks of a block then cost little beside its parsing.
BLOCK_BYTES = 2 << 20
# Rows of one batch: small enough that both cores get work, large enough to cost nothing.
BATCH_LINES = 8192
# What a batch may hold beside one line: long lines come in small batches, since all of a batch is in memory at once.
BATCH_BYTES = 4 << 20
# A line longer than this is no record of any log; it is refused as malformed and not held in memory.
MAX_LINE_BYTES = 64 << 20
# Nor is one with more values than this, told by the commas and brackets that they need: a parsed value takes up to a
# hundred times its bytes.
MAX_LINE_VALUES = 4_000_000
# What is kept of such a line, for people to read.
HEAD_BYTES = 16_000

SCHEMA = pa.schema([("line", pa.int64()), ("record", pa.string()), ("flaw", pa.int8())])
# What a batch says of a line: nothing to see; to be read exactly; no text, or no row, at all.
SOUND, DOUBTFUL, BROKEN = 0, 1, 2
BOM = b"\xef\xbb\xbf"
_NEWLINE = 10
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


@dataclass
class Block:
    """Whole lines of a file: line i is `data[starts[i]:starts[i + 1] - 1]` and has number `first_line + i`.

    With `is_head` its one line is only the head of one that is longer than a line may be.
    """

    data: memoryview
    starts: np.ndarray
    first_line: int
    is_head: bool = False

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, index: int) -> bytes:
        """The bytes of one line, without its line end."""
        return bytes(self.data[self.starts[index] : self.starts[index + 1] - 1])


class _Buffers:
    """Reuses buffers that nobody reads any more: fresh memory costs more than the parsing of what is put in it."""

    def __init__(self) -> None:
        self._buffers: list[bytearray] = []

    def take(self, size: int) -> bytearray:
        for buffer in self._buffers:
            if len(buffer) != size:
                continue
            try:
                # A bytearray that some Arrow batch still points to refuses to change its size.
                buffer.append(0)
            except BufferError:
                continue
            buffer.pop()
            return buffer
        self._buffers = [buffer for buffer in self._buffers if len(buffer) == size]
        self._buffers.append(bytearray(size))
        return self._buffers[-1]


def blocks(stream: ByteStream, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Splits a stream into blocks of whole lines; the last line may lack its line end; a BOM is dropped."""
    buffers = _Buffers()
    scratch = _Scratch()
    carry = b""
    size = block_bytes
    line = 1
    at_start = True
    while True:
        buffer = buffers.take(size)
        buffer[: len(carry)] = carry
        filled, ended = _fill(stream, buffer, len(carry))
        if at_start:
            at_start = False
            if buffer[:3] == BOM and filled >= 3:
                buffer[: filled - 3] = buffer[3:filled]
                filled -= 3
        if ended and filled and buffer[filled - 1] != _NEWLINE:
            buffer[filled] = _NEWLINE
            filled += 1
        ends = np.flatnonzero(scratch.equal(np.frombuffer(buffer, dtype=np.uint8, count=filled), _NEWLINE))
        if len(ends):
            starts = np.empty(len(ends) + 1, dtype=np.int32)
            starts[0] = 0
            starts[1:] = ends + 1
            carry = bytes(buffer[starts[-1] : filled])
            yield Block(memoryview(buffer), starts, line)
            line += len(ends)
            size = max(block_bytes, 2 * len(carry))
        else:
            carry = bytes(buffer[:filled])
            size *= 2
            if len(carry) > MAX_LINE_BYTES:
                head = carry.lstrip()[:HEAD_BYTES]
                carry, ended, is_blank = _skip_line(stream)
                if head or not is_blank:
                    head = head or b"..."
                    yield Block(memoryview(head + b"\n"), np.array([0, len(head) + 1], dtype=np.int32), line, True)
                line += 1
                size = max(block_bytes, 2 * len(carry))
        if ended and not carry:
            return


def _fill(stream: ByteStream, buffer: bytearray, filled: int) -> tuple[int, bool]:
    """Fills the buffer, but for the byte that a missing last line end would need."""
    view = memoryview(buffer)[: len(buffer) - 1]
    while filled < len(view):
        count = stream.readinto(view[filled:])
        if not count:
            return filled, True
        filled += count
    return filled, False


def _skip_line(stream: ByteStream) -> tuple[bytes, bool, bool]:
    """Drops the rest of an endless line; gives what follows it, whether the stream ended, and whether it is blank."""
    buffer = bytearray(1 << 20)
    is_blank = True
    while count := stream.readinto(memoryview(buffer)):
        end = buffer.find(b"\n", 0, count)
        is_blank = is_blank and not buffer[: count if end < 0 else end].strip()
        if end >= 0:
            return bytes(buffer[end + 1 : count]), False, is_blank
    return b"", True, is_blank


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
    scratch = _Scratch()
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


def long_lines(block: Block) -> list[int]:
    """The lines that may be refused for their length or their values alone."""
    return [0] if block.is_head else [int(i) for i in np.flatnonzero(np.diff(block.starts) > MAX_LINE_VALUES)]


def is_refused(block: Block, index: int, *, is_json: bool) -> bool:
    """Whether a line is longer than one may be, or has more values."""
    if block.is_head or int(block.starts[index + 1] - block.starts[index]) > MAX_LINE_BYTES:
        return True
    line = block.line(index)
    marks = (b",", b"[", b"{") if is_json else (b",",)
    return len(line) > MAX_LINE_VALUES and sum(line.count(mark) for mark in marks) > MAX_LINE_VALUES


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
    # A file may be nothing but line ends: these are told without a look at each.
    filled: np.ndarray = first_bytes != _NEWLINE
    for index in np.flatnonzero(filled & np.isin(first_bytes, _SPACES)):
        filled[index] = bool(block.line(int(index)).strip())
    return filled


_NOWHERE = np.empty(0, dtype=np.int64)


class _Scratch:
    """One mask that every block uses: a fresh one for each comparison costs more than the comparison."""

    def __init__(self) -> None:
        self._mask = np.empty(0, dtype=bool)

    def equal(self, values: np.ndarray, wanted: int) -> np.ndarray:
        """Where `values` are `wanted`; valid until the next call."""
        if len(self._mask) < len(values):
            self._mask = np.empty(len(values), dtype=bool)
        mask: np.ndarray = np.equal(values, wanted, out=self._mask[: len(values)])
        return mask

    def places(self, values: np.ndarray, wanted: int) -> np.ndarray:
        """The indices where `values` are `wanted`; that there is none, as most often, is told at once."""
        mask = self.equal(values, wanted)
        return np.flatnonzero(mask) if mask.any() else _NOWHERE


def _doubtful(block: Block, counts: LineCounts, scratch: _Scratch) -> np.ndarray:
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


def _trailing_commas(data: np.ndarray, scratch: _Scratch) -> np.ndarray:
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
        return _NOWHERE
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
