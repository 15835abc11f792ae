"""THE SHIFT: by how many hours a console's days begin later than the log's, for an account, channel, measure and month.

A console that counts in UTC has days that begin at 08:00 local time in China: it is shifted by 8 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, chain
from typing import Final

from pipelines.billing.reconciliation.log_side import LogSide
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.common.days import days_between, utc_offset

_LEAST_DAYS: Final = 5
# The time zones that exist, in hours from UTC; days of two zones begin at most `_MOST_HOURS` apart.
_WESTMOST: Final = -12
_EASTMOST: Final = 14
_MOST_HOURS: Final = _EASTMOST - _WESTMOST
# `_MOST_HOURS` in days, rounded up.
_AROUND: Final = 2


@dataclass(frozen=True)
class Series:
    """A measure of the log for an account and channel, summed over days that may begin at any hour."""

    log: LogSide
    account_id: str
    channel: str
    measure: str

    def moved(self, day: date, hours: int) -> int | None:
        """Return the count of the 24 hours from 00:00 + `hours` minus the count of the day itself. Return None if a day
        that these 24 hours overlap has no data or is after the as-of.
        """
        if not {_ahead(day, hours // 24), _ahead(day, (hours + 23) // 24)} <= self.log.complete:
            return None
        sums = self.running(day, day)
        return _of_day(sums, 0, hours) - _of_day(sums, 0, 0)

    def running(self, first: date, last: date) -> list[int]:
        """Return the running sums of the hourly counts from two days before `first` to two days after `last`."""
        days = days_between(_ahead(first, -_AROUND), _ahead(last, _AROUND))
        hours = (self.log.hours_of(self.account_id, self.channel, day, self.measure) for day in days)
        return list(accumulate(chain.from_iterable(hours), initial=0))


def shift_of(series: Series, console: Mapping[date, int], tolerance: Tolerance, zone: str) -> int | None:
    """Return the shift, in hours, at which the log is nearest to the console. Return None if there are too few days, if
    the difference is within the tolerance, or if no shift halves the difference.

    Args:
        console: the counts of the console on days of one month.
        zone: the business time zone.
    """
    days = [day for day in sorted(console) if {_ahead(day, -1), day, _ahead(day, 1)} <= series.log.complete]
    if len(days) < _LEAST_DAYS:
        return None
    sums = series.running(days[0], days[-1])

    def gap(hours: int) -> int:
        return sum(abs(console[day] - _of_day(sums, (day - days[0]).days, hours)) for day in days)

    as_it_is = gap(0)
    if as_it_is <= sum(tolerance.of(console[day]) for day in days):
        return None
    gaps = {hours: gap(hours) for hours in _hours_of_zones(days[0], zone)}
    hours = min(gaps, key=lambda one: (gaps[one], abs(one), one < 0))
    return hours if 2 * gaps[hours] <= as_it_is else None


def _of_day(sums: list[int], day: int, hours: int) -> int:
    """Return the count of the 24 hours that begin `hours` after 00:00 of a day.

    Args:
        sums: the result of `Series.running`.
        day: the number of days from the `first` of that call to the day.
    """
    start = 24 * (day + _AROUND) + hours
    return sums[start + 24] - sums[start]


def _ahead(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _hours_of_zones(day: date, zone: str) -> list[int]:
    """Return all possible shifts in whole hours: how much later than in the business zone `zone` a day can begin in
    another time zone. A negative number means earlier.
    """
    offset = utc_offset(day.replace(day=1), zone)
    east = offset / timedelta(hours=1)
    return [hours for hours in range(-_MOST_HOURS, _MOST_HOURS + 1) if _WESTMOST <= east - hours <= _EASTMOST]
