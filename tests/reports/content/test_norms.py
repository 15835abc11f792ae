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


def rates(values: list[tuple[int, int]], struck: int = 0) -> list[DayValue]:
    """Return rates by day from pairs of successes and requests. The last `struck` days are left out of usual ranges."""
    return [
        DayValue("shop", day(back), won / n if n else None, n, back >= struck)
        for back, (won, n) in zip(reversed(range(len(values))), values, strict=True)
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


def test_a_count_is_measured_by_its_weekday() -> None:
    weekdays: list[float | None] = [1000 if day(back).weekday() < 5 else 400 for back in range(85, -1, -1)]
    rows = norms_of(counts(weekdays), 30)["shop"]
    assert [row.usual for row in rows] == weekdays[-30:]
    assert {row.side for row in rows} == {"inside"}
    # A Tuesday with the count of a Sunday.
    assert norm_of(counts([*weekdays[:-1], 400])).side == "below"
    assert norm_of(counts([*weekdays[:-1], 1600])).side == "above"


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


def test_the_range_of_a_steady_count_is_three_times_its_root() -> None:
    usual = norm_of(counts([100.0] * 57))
    assert (usual.usual, usual.low, usual.high, usual.swing) == (100, 70, 130, 0)
    # If a subject swings by itself, its range is wider than chance.
    swinging = [10_000 * (90.0 if back // 7 % 2 else 110.0) for back in range(57)]
    low = norm_of(counts([*swinging])).low
    assert low is not None
    assert low < 0.75 * 10_000 * 100


def test_days_of_an_incident_do_not_count() -> None:
    calm = [(950 + back % 3, 1000) for back in range(57)]
    struck = [*calm[:20], *((300, 1000) for _ in range(37))]
    whole, broken, taken = norm_of(rates(calm)), norm_of(rates(struck, struck=37)), norm_of(rates(struck))
    assert broken.side == "below"
    assert broken.usual == pytest.approx(whole.usual, abs=0.002)
    assert broken.low == pytest.approx(whole.low, abs=0.01)
    # Without the mark as an incident, a lasting fall becomes the usual level.
    assert taken.side == "inside"
    # A shorter fall moves the median little, and does not widen the range.
    shorter = norm_of(rates([*calm[:38], *((300, 1000) for _ in range(19))]))
    assert shorter.side == "below"
    assert shorter.low == pytest.approx(whole.low, abs=0.01)


def test_a_rate_of_few_requests_is_given_more_room() -> None:
    days = [(90, 100)] * 56
    for n, place in ((100, "below"), (4, "inside")):
        assert norm_of(rates([*days, (n // 2, n)])).side == place
    assert norm_of(rates([*days, (0, 0)])).side == "unknown"
    # A share is never below 0 or above 1.
    sure = norm_of(rates([(100, 100)] * 57))
    assert (sure.low, sure.high, sure.side) == (1, 1, "inside")


@pytest.mark.parametrize(("days", "is_known"), [(22, False), (29, True)])
def test_with_too_few_days_nothing_is_usual(days: int, is_known: bool) -> None:
    usual = norm_of(counts([50.0] * days))
    assert (usual.usual is not None) is (usual.low is not None) is is_known
    assert usual.side == ("inside" if is_known else "unknown")


def test_a_day_without_data_has_a_range_and_no_place() -> None:
    row = norm_of(counts([*[100.0] * 50, *[None] * 7]))
    assert row.low == 70
    assert row.side == "unknown"


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
