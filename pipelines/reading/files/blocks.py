"""Splits a stream into blocks of whole, numbered lines, in buffers that are reused. Lines over a limit are cut.

`lines.py` reads the content of lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.reading.files.packings import ByteStream

# About the size of a core's cache, so that checking a block costs little compared with parsing it.
BLOCK_BYTES = 2 << 20
# Longer lines are rejected as malformed and not held in memory: no log record is so long.
MAX_LINE_BYTES = 64 << 20
# Lines with more values than this, counted by commas and brackets, are also rejected: a parsed value takes up to a
# hundred times its bytes.
MAX_LINE_VALUES = 4_000_000
# Such a line is cut to this many bytes, for people to read.
HEAD_BYTES = 16_000
BOM = b"\xef\xbb\xbf"
NEWLINE = 10


@dataclass
class Block:
    """Whole lines of a file: line i is `data[starts[i]:starts[i + 1] - 1]` and has number `first_line + i`.

    `starts[0]` need not be 0. Lines over `MAX_LINE_BYTES` or `MAX_LINE_VALUES` are cut to the first `HEAD_BYTES` after
    their leading blanks, with ` ...` added. A blank line over a limit becomes an empty line.
    """

    data: memoryview
    starts: np.ndarray
    first_line: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, index: int) -> bytes:
        """Return the bytes of one line without its line end."""
        return bytes(self.data[self.starts[index] : self.starts[index + 1] - 1])


class _Buffers:
    """Reuses buffers that are no longer referenced: allocating fresh memory costs more than parsing the data in it."""

    def __init__(self) -> None:
        self._buffers: list[bytearray] = []

    def take(self, size: int) -> bytearray:
        for buffer in self._buffers:
            if len(buffer) != size:
                continue
            try:
                # A bytearray that an Arrow batch still references raises on a change of size.
                buffer.append(0)
            except BufferError:
                continue
            buffer.pop()
            return buffer
        self._buffers = [buffer for buffer in self._buffers if len(buffer) == size]
        self._buffers.append(bytearray(size))
        return self._buffers[-1]


def blocks(stream: ByteStream, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Split a stream into blocks of whole lines. A BOM is dropped, and a missing last line end is added."""
    buffers = _Buffers()
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
        if ended and filled and buffer[filled - 1] != NEWLINE:
            buffer[filled] = NEWLINE
            filled += 1
        ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8, count=filled) == NEWLINE)
        if len(ends):
            starts = np.empty(len(ends) + 1, dtype=np.int32)
            starts[0] = 0
            starts[1:] = ends + 1
            carry = bytes(buffer[starts[-1] : filled])
            yield from _with_cut_lines(Block(memoryview(buffer), starts, line))
            line += len(ends)
            size = max(block_bytes, 2 * len(carry))
        else:
            carry = bytes(buffer[:filled])
            size *= 2
            if len(carry) > MAX_LINE_BYTES:
                head = carry.lstrip()[:HEAD_BYTES]
                carry, ended, is_blank = _skip_line(stream)
                yield _head(head, line, is_blank=is_blank and not head)
                line += 1
                size = max(block_bytes, 2 * len(carry))
        if ended and not carry:
            return


def _with_cut_lines(block: Block) -> Iterator[Block]:
    """Yield the lines of a block, with lines over the limits cut to their heads."""
    first = 0
    for index in map(int, np.flatnonzero(np.diff(block.starts) > MAX_LINE_VALUES)):
        line = block.line(index)
        if len(line) <= MAX_LINE_BYTES and sum(line.count(mark) for mark in (b",", b"[", b"{")) <= MAX_LINE_VALUES:
            continue
        if first < index:
            yield Block(block.data, block.starts[first : index + 1], block.first_line + first)
        head = line.lstrip()[:HEAD_BYTES]
        yield _head(head, block.first_line + index, is_blank=not head)
        first = index + 1
    if first < len(block):
        yield Block(block.data, block.starts[first:], block.first_line + first)


def _head(head: bytes, line: int, *, is_blank: bool) -> Block:
    """Return a block of one cut line with the number `line`, or of one empty line if `is_blank`. The ` ...` after
    `head` makes sure that the line is no valid record.
    """
    text = b"\n" if is_blank else head + b" ...\n"
    return Block(memoryview(text), np.array([0, len(text)], dtype=np.int32), line)


def _fill(stream: ByteStream, buffer: bytearray, filled: int) -> tuple[int, bool]:
    """Read from the stream into the buffer, from the offset `filled` on. The last byte of the buffer stays free for a
    missing line end. Return the number of used bytes, and whether the stream ended.
    """
    view = memoryview(buffer)[: len(buffer) - 1]
    while filled < len(view):
        count = stream.readinto(view[filled:])
        if not count:
            return filled, True
        filled += count
    return filled, False


def _skip_line(stream: ByteStream) -> tuple[bytes, bool, bool]:
    """Skip the rest of a too long line. Return the bytes read after the line, whether the stream ended, and whether the
    rest of the line was blank.
    """
    buffer = bytearray(1 << 20)
    is_blank = True
    while count := stream.readinto(memoryview(buffer)):
        end = buffer.find(b"\n", 0, count)
        is_blank = is_blank and not buffer[: count if end < 0 else end].strip()
        if end >= 0:
            return bytes(buffer[end + 1 : count]), False, is_blank
    return b"", True, is_blank
