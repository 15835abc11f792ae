"""Raw text as Arrow batches of lines: numbered, verified UTF-8, nothing copied that need not be.

DuckDB parses these batches in parallel while the next block is read, so a file is read, decompressed and
checked in the same pass that parses it. What a line means is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

# About the size of a core's cache: the checks of a block then cost little beside its parsing.
BLOCK_BYTES = 2 << 20
# Rows of one batch: small enough that both cores get work, large enough to cost nothing.
BATCH_LINES = 8192
# A line longer than this is no record of any log; it is refused as malformed and not held in memory.
MAX_LINE_BYTES = 64 << 20

SCHEMA = pa.schema([("line", pa.int64()), ("record", pa.string()), ("flaw", pa.int8())])
# What a batch says of a line: nothing to see; to be read exactly; no text, or no row, at all.
SOUND, DOUBTFUL, BROKEN = 0, 1, 2
BOM = b"\xef\xbb\xbf"
_NEWLINE = 10
_SPACES = np.frombuffer(b" \t\r\n\x0b\x0c", dtype=np.uint8)
# A two-byte mark as a little-endian number: numpy compares it at memory speed.
_KEY_END = int.from_bytes(b'":', "little")
_CLOSING = tuple(b"}]")
_COMMA, _SPACE = tuple(b", ")


class ByteStream(Protocol):
    """A binary stream that fills a buffer: a file, or a decompressor over one."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


@dataclass
class Block:
    """Whole lines of a file: line i is `data[starts[i]:starts[i + 1] - 1]` and has number `first_line + i`."""

    data: memoryview
    starts: np.ndarray
    first_line: int

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
                carry, ended = _skip_line(stream)
                yield Block(memoryview(b"\n"), np.array([0, 1], dtype=np.int32), line)
                line += 1
                size = block_bytes
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


def _skip_line(stream: ByteStream) -> tuple[bytes, bool]:
    """Drops the rest of an endless line; gives what follows it and whether the stream ended."""
    buffer = bytearray(1 << 20)
    while count := stream.readinto(memoryview(buffer)):
        end = buffer.find(b"\n", 0, count)
        if end >= 0:
            return bytes(buffer[end + 1 : count]), False
    return b"", True


@dataclass
class LineCounts:
    """What a pass over a file saw: records (lines that hold something), and marks that end a JSON key."""

    records: int = 0
    key_marks: int = 0


def line_batches(stream: ByteStream, counts: LineCounts, *, lenient: bool = False) -> Iterator[pa.RecordBatch]:
    """Numbered lines as Arrow batches with the columns of `SCHEMA`, blank ones left out.

    Bytes that are no UTF-8 become U+FFFD; such a line is `BROKEN`. A line with a comma before a closing bracket,
    which DuckDB's JSON reader would accept, is `DOUBTFUL`.

    Args:
        stream: the verified bytes of one text file.
        counts: filled while the batches are drawn.
        lenient: the lines are no JSON: none is `BROKEN` or `DOUBTFUL`.
    """
    scratch = _Scratch()
    for block in blocks(stream):
        flaws = np.zeros(len(block), dtype=np.int8)
        if not lenient:
            flaws[_oddly_ended(block, counts, scratch)] = DOUBTFUL
        records, undecodable = _records(block)
        if not lenient:
            flaws[undecodable] = BROKEN
        numbers = np.arange(block.first_line, block.first_line + len(block), dtype=np.int64)
        filled = _not_blank(block)
        if not filled.all():
            records, numbers, flaws = records.filter(pa.array(filled)), numbers[filled], flaws[filled]
        counts.records += len(numbers)
        batch = pa.RecordBatch.from_arrays([pa.array(numbers), records, pa.array(flaws)], schema=SCHEMA)
        for first in range(0, len(batch), BATCH_LINES):
            yield batch.slice(first, BATCH_LINES)


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
    filled = np.ones(len(block), dtype=bool)
    for index in np.flatnonzero(np.isin(first_bytes, _SPACES)):
        filled[index] = bool(block.line(index).strip())
    return filled


class _Scratch:
    """One mask that every block uses: a fresh one for each comparison costs more than the comparison."""

    def __init__(self) -> None:
        self._mask = np.empty(0, dtype=bool)

    def equal(self, values: np.ndarray, wanted: int) -> np.ndarray:
        """Where `values` are `wanted`; valid until the next call."""
        if len(self._mask) < len(values):
            self._mask = np.empty(len(values), dtype=bool)
        return np.equal(values, wanted, out=self._mask[: len(values)])


def _oddly_ended(block: Block, counts: LineCounts, scratch: _Scratch) -> list[int]:
    """The lines with a comma before a closing bracket; counts the key marks on the way."""
    size = int(block.starts[-1])
    data = np.frombuffer(block.data, dtype=np.uint8, count=size)
    for shift in (0, 1):
        pairs = data[shift : shift + (size - shift) // 2 * 2].view(np.uint16)
        counts.key_marks += int(np.count_nonzero(scratch.equal(pairs, _KEY_END)))
    odd = []
    for bracket in _CLOSING:
        places = np.flatnonzero(scratch.equal(data, bracket))
        before = data[np.maximum(places - 1, 0)]
        for place in places[(before == _COMMA) | (before <= _SPACE)]:
            if data[max(0, place - 64) : place].tobytes().rstrip().endswith(b","):
                odd.append(int(np.searchsorted(block.starts, place, side="right")) - 1)
    return odd
