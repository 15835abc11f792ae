"""Blocks of lines are the bytes of the file split at its line ends, however the stream is cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.reading.files.blocks import BOM, blocks
from pipelines.reading.formats.lines import RowSet, line_batches

PIECES = [b"\n", b"\n\n", b"\r\n", b"a", b"long line", b"\xef\xbb\xbf", b"\xff", b" ", b"\0", b'{"a":1}', "中".encode()]
CONTENT = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join))


class Trickle:
    """A stream whose reads return at most `steps[0]` bytes, then at most `steps[1]`, and so on.

    After the last step, it begins with the first again.
    """

    def __init__(self, content: bytes, steps: list[int]) -> None:
        self._content, self._steps, self._place, self._turn = content, steps, 0, 0

    def readinto(self, buffer: memoryview, /) -> int:
        count = min(self._steps[self._turn % len(self._steps)], len(buffer), len(self._content) - self._place)
        buffer[:count] = self._content[self._place : self._place + count]
        self._place, self._turn = self._place + count, self._turn + 1
        return count


def split(content: bytes) -> list[bytes]:
    """Return the lines of a file without its byte order mark.

    A line end at the end of the file begins no further line.
    """
    lines = content.removeprefix(BOM).split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


# A block holds at least the byte order mark and a missing last line end.
@settings(max_examples=200)
@given(CONTENT, st.integers(4, 80), st.lists(st.integers(1, 80), min_size=1, max_size=4))
@example(b"x" * 50 + b"\ny", 4, [1])
@example(BOM, 4, [2])
def test_blocks_hold_every_line_once_and_in_order(content: bytes, block_bytes: int, steps: list[int]) -> None:
    found: list[bytes] = []
    for block in blocks(Trickle(content, steps), block_bytes):
        assert block.first_line == len(found) + 1
        # Read at once: the next block may use the same memory.
        found += [block.line(index) for index in range(len(block))]
    assert found == split(content)


@settings(max_examples=100)
@given(CONTENT, st.lists(st.integers(1, 80), min_size=1, max_size=4), st.data())
def test_batches_hold_every_row_or_those_that_are_asked_for(
    content: bytes, steps: list[int], data: st.DataObject
) -> None:
    rows = [
        (number, line.decode("utf-8", "replace"))
        for number, line in enumerate(split(content), 1)
        if line.strip(b" \t\r\x0b\x0c")
    ]
    assert texts(line_batches(Trickle(content, steps))) == rows
    wanted = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    asked, first = RowSet(), 0
    while first < len(rows):
        count = data.draw(st.integers(1, 9))
        asked.add(first, np.array(wanted[first : first + count], dtype=bool))
        first += count
    assert asked.count == sum(wanted)
    found = texts(line_batches(Trickle(content, steps), asked))
    assert found == [row for row, is_wanted in zip(rows, wanted, strict=True) if is_wanted]


def texts(batches: Iterator[pa.RecordBatch]) -> list[tuple[int, str]]:
    return [(row["line"], row["text"].removesuffix("\n")) for batch in batches for row in batch.to_pylist()]
