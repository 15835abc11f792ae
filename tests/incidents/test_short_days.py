"""Tests short days: when a day is reported, which hours it lacks, and how many records are lost."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.incidents.data.data_faults import Fault
from pipelines.incidents.data.short_days import short_days

MISSING, HOLIDAY = -1, -2
EVEN = [1000] * 40
OFFICE = [2000, 2000, 2000, 2000, 2000, 0, 0] * 6
QUIET_WEEKENDS = [20_000, 20_000, 20_000, 20_000, 20_000, 400, 400] * 6


def found(counts: list[int], last_hour: int = 23) -> list[Fault]:
    """Return the short days among days with these counts, which begin on a Monday. A negative count is a missing day.

    The records of a day are spread evenly over its hours. The last day only has hours up to `last_hour`.
    """
    counted = np.maximum(np.array(counts, dtype=float), 0)
    hours = np.outer(counted, np.full(24, 1 / 24))
    hours[-1] = counted[-1] / (last_hour + 1)
    hours[-1, last_hour + 1 :] = 0
    return list(short_days(counted, hours, np.array(counts) >= 0))


def test_days_as_usual_are_not_short() -> None:
    assert found(EVEN) == []
    # The first weekend has no earlier one to compare with; later weekends do.
    assert [one.span.first for one in found(QUIET_WEEKENDS)] == [5]


@pytest.mark.parametrize(
    ("before", "last"),
    [
        pytest.param([*EVEN, *[MISSING] * 3], 5, id="an empty day after a gap"),
        pytest.param([*EVEN, *[MISSING] * 30], 20, id="two percent after a month"),
        pytest.param(OFFICE[:35], 3, id="an office that stays silent on a Monday"),
        pytest.param(QUIET_WEEKENDS, 1600, id="a log that stops at two o'clock, of quiet weekends"),
        pytest.param(EVEN, 600, id="forty percent less in all apps"),
        pytest.param([1000, 1200, 900], 400, id="more than half of the median of three days"),
        pytest.param([1000, 1200, 900], 500, id="half of the median of three days"),
    ],
)
def test_a_day_far_below_its_weekday_is_found(before: list[int], last: int) -> None:
    (one,) = [fault for fault in found([*before, last]) if fault.span.first == len(before)]
    assert (one.metric, one.cause, one.span.state) == ("short_day", "all", "open")
    assert one.loss.level_now == last
    assert one.loss.lost == pytest.approx(one.loss.level_before - last)


@pytest.mark.parametrize(("last_hour", "cause"), [(0, "hours=01-23"), (11, "hours=12-23"), (20, "hours=21-23")])
def test_the_hours_that_are_gone_are_its_cause(last_hour: int, cause: str) -> None:
    share = (last_hour + 1) / 24
    (one,) = found([20_000] * 40 + [round(20_000 * share)], last_hour)
    assert (one.cause, one.loss.lost) == (cause, pytest.approx(20_000 * (1 - share), abs=1))


def test_a_young_feed_has_the_hours_that_are_gone_too() -> None:
    assert [one.cause for one in found([1000, 1200, 900, 400], 11)] == ["hours=12-23"]


def test_last_hours_that_usually_have_less_than_a_tenth_are_not_reported() -> None:
    assert [one.cause for one in found([*EVEN, 400], 21)] == ["all"]


@pytest.mark.parametrize("last", [[400], [300, 400]])
def test_few_days_tell_of_no_short_one_that_is_not_below_all_before(last: list[int]) -> None:
    assert [one.span.first for one in found([1000, 300, 1000, *last])] == []


def test_a_holiday_is_neither_short_nor_usual() -> None:
    assert found([*EVEN, HOLIDAY]) == []
    # Holidays are not part of the norm.
    assert [one.span.first for one in found([*EVEN, *[HOLIDAY] * 7, 600])] == [47]


def test_it_is_over_after_two_usual_days() -> None:
    (one,) = found([*EVEN, 100, 1000, 1000])
    assert (one.span.first, one.span.last, one.span.state, one.loss.lost_total) == (40, 40, "recovered", 900)


@pytest.mark.parametrize(
    ("later", "span", "levels", "lost"),
    [
        pytest.param(
            [400, 300, 1000, 1000], (5, 6, "recovered", 8), (1000, 350), (700, 1300), id="two days, each less"
        ),
        pytest.param([300, 400, 1000, 1000], (5, 6, "recovered", 8), (1000, 350), (600, 1300), id="two days"),
        pytest.param([300, 900, 350, 320], (5, None, "open", None), (1000, 467.5), (680, 2130), id="one better day"),
        pytest.param([300, 900], (5, None, "open", None), (1000, 600), (100, 800), id="one day back"),
        pytest.param([300, 900, 900], (5, 5, "recovered", 7), (1000, 300), (700, 700), id="two days back"),
        pytest.param([300, MISSING, HOLIDAY, 400], (5, None, "open", None), (1000, 350), (600, 1300), id="after a gap"),
        pytest.param([300, *[350] * 27], (5, None, "open", None), (1000, 350), (650, 18_250), id="28 days"),
        pytest.param([300, *[350] * 28], (5, 32, "settled", 33), (1000, 350), (650, 18_250), id="a new level"),
    ],
)
def test_a_day_that_is_short_among_few_lasts_until_two_days_are_back(
    later: list[int],
    span: tuple[int, int | None, str, int | None],
    levels: tuple[float, float],
    lost: tuple[float, float],
) -> None:
    (one,) = found([1000] * 5 + later)
    assert one.span == span
    assert one.loss[:4] == pytest.approx((*levels, *lost))


def test_a_fall_within_short_days_among_few_is_no_other_one() -> None:
    assert [one.span for one in found([1000] * 3 + [400] * 24 + [1])] == [(3, None, "open", None)]


def test_a_fall_that_outlasts_short_days_among_few_is_another_one() -> None:
    assert [one.span for one in found([1000] * 3 + [400] * 24 + [1] * 10)] == [
        (3, 30, "settled", 31),
        (27, None, "open", None),
    ]
