"""Reads all or selected lines of a file as Arrow batches of numbered texts.

Blank lines are skipped. A *row* is a line that is not blank; rows are indexed from 0, as native readers count them.
"""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.reading.files.blocks import NEWLINE, Block, blocks
from pipelines.reading.files.packings import ByteStream

# `is_text` is false if the bytes are no valid UTF-8; the text then has U+FFFD for the invalid bytes.
SCHEMA = pa.schema([("line", pa.int64()), ("text", pa.string()), ("is_text", pa.bool_())])
_SPACES = np.frombuffer(b" \t\r\n\x0b\x0c", dtype=np.uint8)
# The most bytes of a batch, as its parsed rows are in memory at once.
_BATCH_BYTES = 4 << 20


class RowSet:
    """A set of row indexes, stored as one bit per row: a file of short bad lines can have a billion rows.

    All indexes in the set are below `end`.
    """

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._marks: list[np.ndarray] = []
        self.count = self.end = 0

    def add(self, first: int, marks: np.ndarray) -> None:
        """Add row `first + i` for each `i` with a true `marks[i]`. Rows must be added in order."""
        if marks.any():
            self._firsts.append(first)
            self._marks.append(np.packbits(marks))
            self.count += int(marks.sum())
            self.end = first + int(np.flatnonzero(marks)[-1]) + 1

    def marks(self, first: int, count: int) -> np.ndarray:
        """Return, for each of the `count` rows from `first` on, whether the row is in the set."""
        found = np.zeros(count, dtype=bool)
        place = max(0, bisect_right(self._firsts, first) - 1)
        while place < len(self._firsts) and self._firsts[place] < first + count:
            start, marks = self._firsts[place], np.unpackbits(self._marks[place]).astype(bool)
            begin, end = max(first, start), min(first + count, start + len(marks))
            if begin < end:
                found[begin - first : end - first] |= marks[begin - start : end - start]
            place += 1
        return found


def line_batches(stream: ByteStream, only: RowSet | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a text as batches of `SCHEMA`; only the rows with the indexes in `only`, if given."""
    row = 0
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
    """Yield the wanted lines of a block in batches of at most `_BATCH_BYTES`, or of one line."""
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
    """Return the lines of the block as an Arrow array, and whether each is valid UTF-8. If all are valid, the array
    refers to the bytes of the block and includes the line ends; else its texts are copies without line ends.
    """
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
    """Mark the lines that contain more than white space. Only lines that begin with white space are read whole."""
    first_bytes = np.frombuffer(block.data, dtype=np.uint8)[block.starts[:-1]]
    # Empty lines are found in one comparison, as a file may consist of line ends alone.
    filled: np.ndarray = first_bytes != NEWLINE
    for index in np.flatnonzero(filled & np.isin(first_bytes, _SPACES)):
        filled[index] = bool(block.line(int(index)).strip())
    return filled
