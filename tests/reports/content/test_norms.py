"""What is usual of a subject, and how far chance takes its days from it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from reports.content.norms import REFERENCE_DAYS, Observed, norms_of, usual_of

LAST = date(2026, 3, 31)


def day(back: int) -> date:
    return LAST - timedelta(days=back)


def counts(values: list[float | None], subject: str = "shop") -> list[Observed]:
    """Counts by day, the last of them that of `LAST`, which is judged by those before."""
    return [
        Observed(subject, day(back), value, None, 1 <= back <= REFERENCE_DAYS)
        for back, value in zip(reversed(range(len(values))), values, strict=True)
    ]


def rates(values: list[tuple[int, int]]) -> list[Observed]:
    return [
        Observed("shop", day(back), won / n if n else None, n, 1 <= back <= REFERENCE_DAYS)
        for back, (won, n) in zip(reversed(range(len(values))), values, strict=True)
    ]


def test_a_count_is_measured_by_its_weekday() -> None:
    weekdays = [1000 if day(back).weekday() < 5 else 400 for back in range(56, -1, -1)]
    rows = norms_of(counts(weekdays))["shop"]
    assert [row["usual"] for row in rows] == weekdays
    assert all(row["low"] < row["value"] < row["high"] for row in rows)
    # A Tuesday with the count of a Sunday.
    assert usual_of(norms_of(counts([*weekdays[:-1], 400]))["shop"][-1]).place == "below"
    assert usual_of(norms_of(counts([*weekdays[:-1], 1600]))["shop"][-1]).place == "above"


def test_chance_alone_leaves_a_count_its_root() -> None:
    usual = usual_of(norms_of(counts([100.0] * 57))["shop"][-1])
    assert (usual.usual, usual.low, usual.high) == (100, 70, 130)
    # Of a subject that swings by itself the range is wider than chance.
    swinging = [90.0 if back % 2 else 110.0 for back in range(57)]
    usual = usual_of(norms_of(counts([10_000 * value for value in swinging]))["shop"][-1])
    assert usual.low is not None
    assert usual.low < 0.75 * 10_000 * 100


def test_days_of_an_incident_do_not_widen_the_range() -> None:
    calm = [(950 + back % 3, 1000) for back in range(57)]
    struck = [*calm[:38], *((300, 1000) for _ in range(19))]
    whole, broken = (usual_of(norms_of(rates(days))["shop"][-1]) for days in (calm, struck))
    assert broken.place == "below"
    assert whole.place == "inside"
    assert broken.usual == pytest.approx(whole.usual, abs=0.002)
    assert broken.low == pytest.approx(whole.low, abs=0.01)


def test_a_rate_of_few_requests_is_given_more_room() -> None:
    days = [(90, 100)] * 56
    for n, place in ((100, "below"), (4, "inside")):
        assert usual_of(norms_of(rates([*days, (n // 2, n)]))["shop"][-1]).place == place
    assert usual_of(norms_of(rates([*days, (0, 0)]))["shop"][-1]).place == "unknown"
    # A share is never beyond nothing or all.
    sure = usual_of(norms_of(rates([(100, 100)] * 57))["shop"][-1])
    assert (sure.low, sure.high, sure.place) == (1, 1, "inside")


@pytest.mark.parametrize(("days", "is_known"), [(22, False), (29, True)])
def test_with_too_few_days_nothing_is_usual(days: int, is_known: bool) -> None:
    usual = usual_of(norms_of(counts([50.0] * days))["shop"][-1])
    assert (usual.usual is not None) is (usual.low is not None) is is_known
    assert usual.place == ("inside" if is_known else "unknown")


def test_a_day_without_data_has_a_range_and_no_place() -> None:
    rows = norms_of(counts([*[100.0] * 50, *[None] * 7]))["shop"]
    assert rows[-1]["low"] == 70
    assert usual_of(rows[-1]).place == "unknown"


def test_subjects_do_not_mix() -> None:
    found = norms_of([*counts([100.0] * 57), *counts([5.0] * 57, "other")])
    assert {name: rows[-1]["usual"] for name, rows in found.items()} == {"shop": 100, "other": 5}


def test_a_quiet_year_is_seldom_outside() -> None:
    """Days that swing by 5 %: of all judged ones fewer than two in a hundred are outside."""
    chance = random.Random(7)
    values = [1000 * (1 + 0.2 * (back % 7)) * chance.gauss(1, 0.05) for back in range(420)]
    places = [usual_of(norms_of(counts(values[start : start + 57]))["shop"][-1]).place for start in range(360)]
    assert set(places) >= {"inside"}
    assert "unknown" not in places
    assert sum(place != "inside" for place in places) < 0.02 * len(places)
