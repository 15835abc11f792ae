"""The norm of a weekday: it follows the week and the level, and neither a wrong day nor a holiday moves it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from math import exp, log

import pytest

from pipelines.incidents.norms import MIN_DAYS, Norm, history, norm

DAY = date(2026, 3, 10)
WEEK_SHAPE = (1.0, 1.05, 1.0, 0.95, 1.1, 0.6, 0.5)


def series(days: int, growth: float = 0.0, **changed: float) -> dict[date, float]:
    """Logarithms of the days before DAY; `d3=0.1` is a factor on the day three days before."""
    return {
        day: log(1000 * WEEK_SHAPE[day.weekday()] * (1 + growth) ** -back * changed.get(f"d{back}", 1.0))
        for back in range(1, days + 1)
        for day in [DAY - timedelta(days=back)]
    }


def of(days: int, **changed: float) -> Norm:
    found = norm(DAY, series(days, **changed))
    assert found
    return found


def test_fewer_than_two_weeks_are_no_norm() -> None:
    assert norm(DAY, series(MIN_DAYS - 1)) is None
    assert norm(DAY, series(MIN_DAYS)) is not None


@pytest.mark.parametrize("days", [14, 20, 28, 56])
def test_the_norm_is_that_of_the_weekday(days: int) -> None:
    assert exp(of(days).expected) == pytest.approx(1000 * WEEK_SHAPE[DAY.weekday()])
    assert exp(of(days).low) == pytest.approx(500)
    assert exp(of(days).high) == pytest.approx(1100)
    assert of(days).spread == pytest.approx(0, abs=1e-9)


def test_a_wrong_day_does_not_move_it() -> None:
    assert exp(of(28, d7=0.01, d2=5.0).expected) == pytest.approx(1050, rel=0.01)


def test_it_follows_growth() -> None:
    assert exp(of(56, growth=0.01).expected) == pytest.approx(1050, rel=0.05)


def test_days_that_are_missing_are_passed_over() -> None:
    gaps = {day: value for day, value in series(30).items() if (DAY - day).days not in (3, 4, 7, 8)}
    found = norm(DAY, gaps)
    assert found
    assert (exp(found.expected), found.days, found.since) == (pytest.approx(1050), 26, DAY - timedelta(days=30))


def test_noise_is_its_spread() -> None:
    draw = random.Random(1)
    found = norm(DAY, {day: value + draw.gauss(0, 0.1) for day, value in series(56).items()})
    assert found
    assert 0.08 < found.spread < 0.2


def test_history_is_the_eight_weeks_before() -> None:
    values = {DAY - timedelta(days=back): back for back in range(-3, 70)}
    assert sorted(history(DAY, values).values()) == list(range(1, 57))


def test_weekdays_that_are_alike_are_not_taken_apart_by_noise() -> None:
    apart = []
    for seed in range(60):
        draw = random.Random(seed)
        found = norm(DAY, {DAY - timedelta(days=back): log(1000) + draw.gauss(0, 0.1) for back in range(1, 29)})
        assert found
        apart.append(found.high - found.low)
    # By the medians of their four days alone, they would be 0.14 apart.
    assert sum(apart) / len(apart) < 0.09
