"""A chart's numbers are packed into texts, and reading the texts restores the numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reports.content.figures.packed_numbers import NONE, packed_numbers
from tests.data.packed_texts import unpacked

_NUMBER = st.one_of(st.just(NONE), st.integers(0, 3), st.integers(990, 1010), st.integers(0, 2**53 - 2))


@given(st.integers(1, 14).flatmap(lambda n: st.lists(st.lists(_NUMBER, min_size=n, max_size=n), min_size=1)))
def test_what_is_packed_is_read_again(lines: list[list[int]]) -> None:
    for text, line in zip(packed(*lines), lines, strict=True):
        assert unpacked(text, len(line), NONE) == line
        assert (text == "") == all(number == NONE for number in line)


def test_examples_of_packed_texts() -> None:
    """1, 10 and 14 take four bits each (E). Large numbers that are close together are stored as differences, in two
    bits (C).
    """
    assert packed([10, 1, 14, NONE], [NONE] * 4) == ["EoeA", ""]  # 1010 0001 1110 0000
    assert packed([100_000, 100_002, NONE, 100_001]) == ["100000.Ccg"]  # 01 11 00 10
    # The days before the first record take no room.
    assert packed([NONE] * 7 + [3, 3]) == ["CP"]  # (000000 000000) 00 11 11
    # A latency may be zero.
    assert packed([0, NONE, 1, 0]) == ["0.CSQ"]  # 01 00 10 01


def test_what_lies_far_from_zero_takes_no_more_room() -> None:
    near, far = packed(list(range(1, 91)), list(range(1_000_001, 1_000_091)))
    assert far == f"1000001.{near}"
    # A character for the width; the first one of the digits, which is zero, is left out.
    assert len(near) == 1 + 90 * 7 / 6 - 1


def packed(*lines: list[int]) -> list[str]:
    return packed_numbers(np.array(lines, np.int64))
