"""Tests the forecast: the levels of weekdays, how ratios are computed and rounded, and which origins count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest

from pipelines.billing.packages.forecast import UNIT, Factors, Forecast

# The day is a Sunday.
AS_OF = date(2026, 3, 29)


def days(count: int) -> list[date]:
    """Return the `count` days up to the as-of, the newest first."""
    return [AS_OF - timedelta(days=back) for back in range(count)]


def forecast(count: int, uses: Callable[[date], int], missing: set[date] | None = None) -> Forecast:
    complete = set(days(count)) - (missing or set())
    return Forecast({day: uses(day) for day in complete if uses(day)}, complete, AS_OF)


def test_a_level_is_the_mean_of_the_weekday_over_four_weeks() -> None:
    found = forecast(35, lambda day: day.day if day.weekday() == 0 else 0)
    # Mondays: 2, 9, 16, 23 March; the one of 23 February is too old.
    assert found.base == [Fraction(50, 4), 0, 0, 0, 0, 0, 0]


def test_a_weekday_with_one_day_has_the_level_of_all() -> None:
    mondays = {date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)}
    found = forecast(28, lambda day: 26 if day.weekday() == 0 else 1, mondays)
    assert found.base is not None
    assert found.base[0] == Fraction(26 + 24, 25)
    assert found.base[1:] == [1] * 6


@pytest.mark.parametrize(("count", "is_there"), [(6, False), (7, True)])
def test_there_is_no_level_of_less_than_seven_days(count: int, is_there: bool) -> None:
    found = forecast(count, lambda _: 3)
    assert (found.base is not None) == is_there
    assert found.week(UNIT) == ([3] * 7 if is_there else None)


def test_a_day_without_uses_counts_and_a_missing_one_does_not() -> None:
    empty = set(days(14))
    assert forecast(28, lambda day: 0 if day in empty else 4).week(UNIT) == [2] * 7
    assert forecast(28, lambda day: 4, empty).week(UNIT) == [4] * 7


@pytest.mark.parametrize(
    ("factor", "uses"),
    [
        (UNIT, 3), (UNIT - 1, 2), (600_000_000, 2), (599_999_999, 1), (200_000_000, 1), (199_999_999, 0), (0, 0),
        (1_400_000_000, 4), (1_399_999_999, 3),
    ],
)  # fmt: skip
def test_uses_are_rounded_half_up(factor: int, uses: int) -> None:
    """The level is 2.5 uses. A factor of 0.6 gives 1.5, which is rounded to 2."""
    found = forecast(28, lambda day: 2 + day.isocalendar().week % 2)
    assert found.base == [Fraction(5, 2)] * 7
    assert found.week(factor) == [uses] * 7


def test_a_product_is_rounded_to_nine_digits_before_it_is_floored() -> None:
    """A level of 1/4 times a factor of 5.999999998 is 1.4999999995.

    With nine digits this is 1.500000000, which is rounded to 2 uses.
    """
    found = forecast(28, lambda day: int(day.isocalendar().week % 4 == 0))
    assert found.base == [Fraction(1, 4)] * 7
    assert [found.week(factor) for factor in (5_999_999_998, 5_999_999_997)] == [[2] * 7, [1] * 7]


def rising(day: date) -> int:
    """Return the uses of a day: 20 in the last four weeks, and 10 before."""
    return 20 if day > AS_OF - timedelta(days=28) else 10


@pytest.mark.parametrize(
    ("weeks", "factors"),
    [
        # The first origin with a level is one week after the first day: of 11 weeks, 7 origins have four weeks behind.
        (11, Factors()),
        (12, Factors(UNIT, UNIT, 2 * UNIT)),
        (13, Factors(UNIT, UNIT, 2 * UNIT)),
    ],
)
def test_there_are_factors_of_eight_ratios_and_more(weeks: int, factors: Factors) -> None:
    assert forecast(7 * weeks, rising).factors == factors


def test_the_middle_of_an_even_number_is_the_lower_one() -> None:
    """Five weeks with 20 uses a day follow weeks with 10.

    The eight ratios are 1.6, 2, 1.75, 1.5, 1.25 and three times 1.
    """
    found = forecast(7 * 12, lambda day: 20 if day > AS_OF - timedelta(days=35) else 10).factors
    assert (found.low, found.mid, found.high) == (UNIT, UNIT * 5 // 4, 2 * UNIT)


def test_an_origin_needs_21_days_behind_it() -> None:
    def ratios(missing: int) -> int:
        gone = {AS_OF - timedelta(days=back) for back in range(missing)}
        found = forecast(7 * 12, lambda _: 10, gone)
        return 8 if found.factors.low is not None else 7

    assert (ratios(7), ratios(8)) == (8, 7)


def test_an_origin_whose_level_is_nothing_has_no_ratio() -> None:
    started = AS_OF - timedelta(days=7 * 11)
    assert forecast(7 * 20, lambda day: 10 if day > started else 0).factors.low is None
    # The level of an origin whose four weeks hold one week of uses is not nothing.
    assert forecast(7 * 21, lambda day: 10 if day > started - timedelta(days=7) else 0).factors.low is not None


def test_ratios_look_back_over_26_origins_and_no_further() -> None:
    newest = AS_OF - timedelta(days=28)

    def least(weeks_before: int) -> int | None:
        """Return the low factor if uses are halved for four weeks after one origin, which is `weeks_before` weeks
        before the newest.
        """
        origin = newest - timedelta(weeks=weeks_before)
        low = {origin + timedelta(days=ahead + 1) for ahead in range(28)}
        return forecast(7 * 80, lambda day: 5 if day in low else 10).factors.low

    assert least(25) == UNIT // 2
    # The next origin has one week of them in its level, 8.75, and three behind it: 6.25.
    assert least(26) == UNIT * 5 // 7


def test_a_backtest_counts_origins_that_have_a_ratio_and_factors_of_their_own() -> None:
    few = forecast(7 * 22, rising).backtest
    assert (few.checks, few.coverage) == (7, None)
    enough = forecast(7 * 23, rising).backtest
    # After four of the eight origins the uses rose further than any ratio known at the origin: these checks fail.
    assert (enough.checks, enough.hits, enough.coverage) == (8, 4, 0.5)
    assert forecast(7 * 80, lambda _: 10).backtest.coverage == 1
