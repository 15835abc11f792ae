"""Lines of a file as Arrow batches of numbered texts: of all lines, or of a few that are asked for.

What a line means is not known here. A blank line is none: a *row* is the place of a line among those that are not
blank, from 0, as native readers count.
"""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.reading.files.blocks import NEWLINE, Block, blocks
from pipelines.reading.files.packings import ByteStream

# `is_text` is false where the bytes are no UTF-8, and the text has U+FFFD for what is none.
SCHEMA = pa.schema([("line", pa.int64()), ("text", pa.string()), ("is_text", pa.bool_())])
_SPACES = np.frombuffer(b" \t\r\n\x0b\x0c", dtype=np.uint8)
# Long lines come in small batches, since what is made of a batch is in memory at once.
_BATCH_BYTES = 4 << 20


class RowSet:
    """Places of rows before `end`, one bit each: of a file of nothing but bad short lines there may be a billion."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._marks: list[np.ndarray] = []
        self.count = self.end = 0

    def add(self, first: int, marks: np.ndarray) -> None:
        """Adds the rows from `first` on that are marked; rows are added in their order."""
        if marks.any():
            self._firsts.append(first)
            self._marks.append(np.packbits(marks))
            self.count += int(marks.sum())
            self.end = first + int(np.flatnonzero(marks)[-1]) + 1

    def marks(self, first: int, count: int) -> np.ndarray:
        """Which of `count` rows from `first` on are in the set."""
        found = np.zeros(count, dtype=bool)
        place = max(0, bisect_right(self._firsts, first) - 1)
        while place < len(self._firsts) and self._firsts[place] < first + count:
            start, marks = self._firsts[place], np.unpackbits(self._marks[place]).astype(bool)
            begin, end = max(first, start), min(first + count, start + len(marks))
            if begin < end:
                found[begin - first : end - first] |= marks[begin - start : end - start]
            place += 1
        return found


def line_batches(stream: ByteStream, only: RowSet | None = None, first_row: int = 0) -> Iterator[pa.RecordBatch]:
    """The rows of a text as batches of `SCHEMA`.

    Args:
        only: the rows that are asked for, where not all are.
        first_row: the number that the first row has in `only`.
    """
    row = first_row
    for block in blocks(stream):
        is_row = _is_filled(block)
        count = int(is_row.sum())
        wanted = is_row
        if only is not None:
            wanted = is_row.copy()
            wanted[is_row] = only.marks(row, count)
        row += count
        if wanted.any():
            yield from _pieces(block, wanted)
        if only is not None and row >= only.end:
            return


def _pieces(block: Block, wanted: np.ndarray) -> Iterator[pa.RecordBatch]:
    """The wanted lines of a block, some at a time."""
    texts, is_text = _texts(block)
    numbers = np.arange(block.first_line, block.first_line + len(block), dtype=np.int64)
    batch = pa.RecordBatch.from_arrays([pa.array(numbers), texts, pa.array(is_text)], schema=SCHEMA)
    sizes = np.diff(block.starts)
    if not wanted.all():
        batch, sizes = batch.filter(pa.array(wanted)), sizes[wanted]
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        count = max(1, int(np.searchsorted(ends, before + _BATCH_BYTES, side="right")) - first)
        yield batch.slice(first, count)
        first += count


def _texts(block: Block) -> tuple[pa.Array, np.ndarray]:
    """The block's lines, line ends included, as an Arrow array over its own bytes; which of them are UTF-8."""
    count = len(block)
    buffers = [None, pa.py_buffer(block.starts), pa.py_buffer(block.data[: int(block.starts[-1])])]
    texts = pa.Array.from_buffers(pa.string(), count, buffers)
    is_text = np.ones(count, dtype=bool)
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        replaced = [block.line(i).decode("utf-8", "replace") for i in range(count)]
        for index, text in enumerate(replaced):
            is_text[index] = "\ufffd" not in text or text.encode() == block.line(index)
        texts = pa.array(replaced, type=pa.string())
    return texts, is_text


def _is_filled(block: Block) -> np.ndarray:
    """Which lines hold more than white space; only those that begin with some are looked at whole."""
    first_bytes = np.frombuffer(block.data, dtype=np.uint8)[block.starts[:-1]]
    # A file may be nothing but line ends: these are known without a look at each.
    filled: np.ndarray = first_bytes != NEWLINE
    for index in np.flatnonzero(filled & np.isin(first_bytes, _SPACES)):
        filled[index] = bool(block.line(int(index)).strip())
    return filled
