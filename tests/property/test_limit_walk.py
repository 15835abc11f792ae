"""The limit walk equals its literal rule: a request passes if fewer than the limit passed in the window before it."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.engines.limit_walk import blocked

RECORDS = st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), max_size=30)


def by_the_rule(records: list[tuple[int, bool, bool]], most: int, milliseconds: int) -> list[int]:
    passed: list[int] = []
    stopped = []
    for time, is_use, is_success in records:
        if sum(before > time - milliseconds for before in passed) < most:
            passed.append(time)
        else:
            stopped.append((is_use, is_success))
    return [len(stopped), sum(use for use, _ in stopped), sum(success for _, success in stopped)]


# Random cases rarely contain records whose distance is just the limit.
@example([(0, True, True), (9, True, True)], 1, 9)
@given(RECORDS, st.integers(1, 5), st.integers(1, 50))
def test_it_blocks_what_the_rule_blocks(records: list[tuple[int, bool, bool]], most: int, milliseconds: int) -> None:
    in_order = sorted(records, key=lambda one: one[0])
    moments = [time * 4 + 2 * is_use + is_success for time, is_use, is_success in in_order]
    assert blocked(moments, most, milliseconds) == by_the_rule(in_order, most, milliseconds)


@given(RECORDS, st.integers(1, 5))
def test_of_a_whole_day_all_but_the_first_are_blocked(records: list[tuple[int, bool, bool]], most: int) -> None:
    moments = sorted(time * 4 for time, _, _ in records)
    assert blocked(moments, most, 172_800_000)[0] == max(0, len(moments) - most)
