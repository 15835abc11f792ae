"""Tests usual values, and the range around them that chance explains."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.incidents.usual.norms import (
    DayNorm,
    DayValue,
    count_norms,
    norms_of,
    side_of_days,
    weekday_sums,
)

LAST = date(2026, 3, 31)
CASES = json.loads((Path(__file__).parents[1] / "norm_cases.json").read_text("utf-8"))


def day(back: int) -> date:
    return LAST - timedelta(days=back)


def counts(values: list[float | None], subject: str = "shop") -> list[DayValue]:
    """Return counts of a subject by day. The last one is of the day `LAST`."""
    return [
        DayValue(subject, day(back), value, None, True)
        for back, value in zip(reversed(range(len(values))), values, strict=True)
    ]


def norm_of(days: list[DayValue]) -> DayNorm:
    """Return the value and the usual range of the last day."""
    ((row,),) = norms_of(days, 1).values()
    return row


def test_a_holiday_tells_nothing_of_counts_and_has_no_usual_range() -> None:
    days = [one._replace(has_norm=place != 62) for place, one in enumerate(counts([100.0] * 62 + [5.0] + [100.0] * 7))]
    row = norm_of(days)
    assert (row.usual, row.low) == (100, 70)
    ((*_, holiday),) = norms_of(days[:63], 1).values()
    assert (holiday.value, holiday.usual, holiday.low) == (5, None, None)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_pages_and_their_scripts_have_one_rule(case: dict) -> None:
    """The scripts are tested with the same cases, in `norms.test.js`."""
    days = [
        DayValue("shop", day(back), value, case["requests"][i] if case["unit"] == "share" else None,
                 i not in case["left_out"], is_latency=case["unit"] == "ms")
        for i, (back, value) in enumerate(zip(reversed(range(len(case["values"]))), case["values"], strict=True))
    ]  # fmt: skip
    (rows,) = norms_of(days, 30).values()
    assert {back: side_of_days(rows[-int(back) :]) for back in case["sides"]} == case["sides"]
    row = rows[-1]
    found = {name: getattr(row, name) for name in ("usual", "low", "high", "swing")}
    assert found == (dict.fromkeys(found) if case["norm"] is None else pytest.approx(case["norm"]))


def test_counts_that_moved_have_the_range_of_bands_and_cards() -> None:
    values: list[float | None] = [300.0 + 10 * (back % 5) + 40 * (back % 7) for back in range(56)]
    values[3] = values[30] = None
    row = norm_of(counts([*values, 1.0]))
    others = [None] * 27 + [7] * 29
    counts_of = np.array([[*values, 1], [*others, 1]], np.float64)
    usual, low, high = count_norms(counts_of, ~np.isnan(counts_of))
    assert [(low[0, -1], high[0, -1]), usual[1, -1]] == [(row.low, row.high), 7]
    assert (low[1, -1], high[1, -1]) == (0.0, pytest.approx(7 + 3 * 7**0.5))


def test_the_same_weekdays_of_the_weeks_before_are_summed() -> None:
    assert weekday_sums(np.arange(64, dtype=np.float64)[None])[0, -1] == sum(range(7, 63, 7))


def test_subjects_do_not_mix() -> None:
    found = norms_of([*counts([100.0] * 57), *counts([5.0] * 57, "other")], 2)
    assert {name: [row.usual for row in rows] for name, rows in found.items()} == {"shop": [100, 100], "other": [5, 5]}


def test_a_quiet_year_is_seldom_outside() -> None:
    """If days vary by 5 %, fewer than two in a hundred are outside of the usual range."""
    chance = random.Random(7)
    values = [1000 * (1 + 0.2 * (back % 7)) * chance.gauss(1, 0.05) for back in range(420)]
    places = [row.side for row in norms_of(counts(values), 360)["shop"]]
    assert set(places) >= {"inside"}
    assert "unknown" not in places
    assert sum(place != "inside" for place in places) < 0.02 * len(places)
