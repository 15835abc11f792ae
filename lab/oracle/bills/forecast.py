"""Computes the factors of an account's uses, their back-test and the forecast, by section 10 of the contract. It
computes with fractions instead of floats. `simulation.py` simulates the packages.
"""

# Where the contract is silent, this count decides:
# - Ratios are rounded half up to 9 decimals: ρ, and factor × base before 0.5 is added. A base itself is not rounded.
# - Factors at `as_of` also count if `as_of` has no base. With fewer than 8 ratios, `factor_mid` is 1.
# - The back-test only uses origins that have all three factors.

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import NamedTuple

from lab.oracle.bills.times import ONE_DAY

ORIGINS = 26
HALF = Fraction(1, 2)
DIGITS = 10**9


class Factors(NamedTuple):
    """The least, median and greatest ratio of actual to expected uses (ρ).

    With fewer than 8 ratios, `mid` is 1, and `low` and `high` are None.
    """

    low: Fraction | None
    mid: Fraction
    high: Fraction | None


class Outlook(NamedTuple):
    """The forecast of one account.

    Attributes:
        row: the account's row of `resource_package_forecast`.
        unused: units that lapse, by factor (`low`, `mid`, `high`) and package. Packages that lapse after the
            simulated days are left out.
        used_up: the day on which a package is used up with the middle factor, by package.
    """

    row: dict[str, object]
    unused: dict[str, dict[str, int]]
    used_up: dict[str, date]


def rounded(ratio: Fraction) -> Fraction:
    """Return the ratio, rounded half up to 9 decimals."""
    return Fraction(floor(ratio * DIGITS + HALF), DIGITS)


class Series:
    """An account's uses by day, and the days that have data."""

    def __init__(self, uses: dict[date, int], complete: frozenset[date]) -> None:
        self.uses = uses
        self.complete = complete
        self.seen: dict[date, Fraction | None] = {}

    def total(self, days: list[date]) -> int:
        """Return the sum of the uses of some days."""
        return sum(self.uses.get(day, 0) for day in days)

    def complete_of(self, first: date, count: int) -> list[date]:
        """Return the days with data among `count` days from `first`."""
        span = [first + number * ONE_DAY for number in range(count)]
        return [day for day in span if day in self.complete]

    def base(self, day: date, origin: date) -> Fraction | None:
        """Return the expected uses of a day: the mean of its weekday in the four weeks up to `origin`.

        If fewer than two of these weekdays have data, it is the mean of all days with data. Return None if fewer than 7
        of the 28 days have data.
        """
        training = self.complete_of(origin - 27 * ONE_DAY, 28)
        same = [one for one in training if one.weekday() == day.weekday()]
        if len(training) < 7:
            return None
        used = same if len(same) >= 2 else training
        return Fraction(self.total(used), len(used))

    def rho(self, origin: date) -> Fraction | None:
        """Return ρ: the uses of the four weeks after an origin, divided by the uses that were expected at the origin.

        Return None if fewer than 21 of these days have data, or if the expected uses are unknown or 0.
        """
        if origin not in self.seen:
            self.seen[origin] = self._rho(origin)
        return self.seen[origin]

    def _rho(self, origin: date) -> Fraction | None:
        days = self.complete_of(origin + ONE_DAY, 28)
        bases = [base for day in days if (base := self.base(day, origin)) is not None]
        if len(days) < 21 or len(bases) < len(days) or not sum(bases):
            return None
        return rounded(Fraction(self.total(days)) / sum(bases))

    def factors(self, origin: date) -> Factors:
        """Return the least, median and greatest ρ of the origins before this one; see `Factors` for fewer than 8
        values.
        """
        found = sorted(rho for before in origins(origin) if (rho := self.rho(before)) is not None)
        if len(found) < 8:
            return Factors(None, Fraction(1), None)
        return Factors(found[0], found[(len(found) + 1) // 2 - 1], found[-1])

    def forecast(self, day: date, origin: date, factor: Fraction) -> int:
        """Return the forecast uses of a day: the base at the origin times `factor`. The day must have a base."""
        base = self.base(day, origin)
        assert base is not None
        return floor(rounded(factor * base) + HALF)

    def coverage(self, origin: date) -> tuple[Fraction | None, int]:
        """Return the share of earlier origins whose ρ was within their own factors, and the number of origins that were
        checked.

        The share is None if fewer than 8 were checked.
        """
        hits = [
            low <= rho <= high
            for before in origins(origin)
            for rho, (low, _, high) in [(self.rho(before), self.factors(before))]
            if rho is not None and low is not None and high is not None
        ]
        return (Fraction(sum(hits), len(hits)) if len(hits) >= 8 else None), len(hits)


def origins(origin: date) -> list[date]:
    """Return the 26 origins before this one: four weeks before it, and every week before that."""
    return [origin - timedelta(days=28 + 7 * number) for number in range(ORIGINS)]
