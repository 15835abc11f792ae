"""THE FORECAST of an account's uses: a mean for each weekday, the errors of past forecasts, and how often past uses
were within the range of the forecast.

An *origin* is a day that a forecast starts from. The *base* of an origin is the mean uses of each weekday in the 28
days up to the origin. The *ratio* of an origin is the uses of the 28 days after the origin, divided by the uses that
its base forecasts. *Factors* are ratios of past origins, by which a base is multiplied. Ratios are whole billionths,
rounded half up. `outlook.py` applies the forecast.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Final

UNIT: Final = 10**9
"""The ratio 1. All ratios are stored in billionths."""
_SPAN: Final = 28
_LEAST_TRAINING, _LEAST_OF_WEEKDAY, _LEAST_CHECKED = 7, 2, 21
# Fixed by the contract: factors use the ratios of up to 26 origins, a week apart, and need at least 8 ratios.
_ORIGINS: Final = 26
_LEAST_RATIOS: Final = 8
_WEEK: Final = 7


@dataclass(frozen=True)
class Factors:
    """The least, median and greatest ratio of past origins, in billionths. If too few ratios are known, `mid` is
    `UNIT`, a ratio of 1, and `low` and `high` are None.
    """

    low: int | None = None
    mid: int = UNIT
    high: int | None = None


@dataclass(frozen=True)
class Backtest:
    """How often the ratio of a past origin was within the factors known at that origin.

    `checks` is the number of origins that were compared, `hits` how many of these were within the factors.
    """

    checks: int
    hits: int

    @property
    def coverage(self) -> float | None:
        """The share of the checked origins that are hits; None if too few origins were checked."""
        return self.hits / self.checks if self.checks >= _LEAST_RATIOS else None


class Forecast:
    """The forecast of one account as of a day."""

    def __init__(self, uses: Mapping[date, int], complete: Collection[date], as_of: date) -> None:
        """Store the account's uses and the days with data.

        Args:
            uses: by day; days without a use may be missing.
            complete: the days with data, as a set; days after `as_of` are ignored.
        """
        self._uses, self._complete, self._as_of = uses, complete, as_of
        self._ratios: dict[int, int | None] = {}

    @cached_property
    def base(self) -> list[Fraction] | None:
        """The mean uses of each weekday in the 28 days up to the as-of, Monday first; None if too few days have data.

        A weekday with fewer than two days with data has the mean of all days.
        """
        return self._base(self._as_of)

    @cached_property
    def factors(self) -> Factors:
        """The least, median and greatest ratio of past origins (see `Factors`)."""
        return self._factors(0)

    @cached_property
    def backtest(self) -> Backtest:
        """Past origins' ratios, compared with the factors known then; origins without ratio or factors are left out."""
        checked = [(self._ratio(origin), self._factors(origin)) for origin in _origins(0)]
        hits = [
            factors.low <= ratio <= factors.high
            for ratio, factors in checked
            if ratio is not None and factors.low is not None and factors.high is not None
        ]
        return Backtest(len(hits), sum(hits))

    def week(self, factor: int) -> list[int] | None:
        """Return each weekday's forecast uses, Monday first: base times factor (in billionths); None without a base."""
        if self.base is None:
            return None
        return [_half_up(Fraction(_half_up(factor * level), UNIT)) for level in self.base]

    def _base(self, origin: date) -> list[Fraction] | None:
        days = [day for back in range(_SPAN) if (day := origin - timedelta(days=back)) in self._complete]
        if len(days) < _LEAST_TRAINING:
            return None
        sums, counts = [0] * _WEEK, [0] * _WEEK
        for day in days:
            sums[day.weekday()] += self._uses.get(day, 0)
            counts[day.weekday()] += 1
        of_all = Fraction(sum(sums), len(days))
        return [
            Fraction(total, count) if count >= _LEAST_OF_WEEKDAY else of_all
            for total, count in zip(sums, counts, strict=True)
        ]

    def _ratio(self, weeks: int) -> int | None:
        """Return the uses of the 28 days after an origin divided by the forecast uses, in billionths; None if too few
        days have data, or the forecast is 0.

        Args:
            weeks: how many weeks before the as-of the origin is.
        """
        if weeks not in self._ratios:
            self._ratios[weeks] = self._ratio_of(self._as_of - timedelta(weeks=weeks))
        return self._ratios[weeks]

    def _ratio_of(self, origin: date) -> int | None:
        base = self._base(origin)
        days = [day for ahead in range(_SPAN) if (day := origin + timedelta(days=ahead + 1)) in self._complete]
        if base is None or len(days) < _LEAST_CHECKED:
            return None
        expected = sum((base[day.weekday()] for day in days), Fraction())
        return _half_up(UNIT * sum(self._uses.get(day, 0) for day in days) / expected) if expected else None

    def _factors(self, weeks: int) -> Factors:
        ratios = sorted(ratio for origin in _origins(weeks) if (ratio := self._ratio(origin)) is not None)
        if len(ratios) < _LEAST_RATIOS:
            return Factors()
        return Factors(ratios[0], ratios[(len(ratios) - 1) // 2], ratios[-1])


def _origins(weeks: int) -> range:
    """Return the 26 past origins, a week apart, whose ratios give the factors of an origin.

    Origins are given as weeks before the as-of: `weeks` is the origin whose factors are computed.
    """
    # The newest past origin is four weeks earlier, so that the 28 days of its ratio are over.
    first = weeks + _SPAN // _WEEK
    return range(first, first + _ORIGINS)


def _half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
