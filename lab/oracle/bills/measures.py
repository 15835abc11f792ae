"""Counts the log by the measures of a console, and finds what explains a difference: the tolerance, the hours by which
a console is shifted, or certain records. Follows section 12 of the contract. `daily.py` computes the rows of days,
`monthly.py` the rows of months.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from math import floor

from lab.oracle.bills.times import HOUR_MS, ONE_DAY, start_ms
from lab.oracle.bills.world import Verified, World

MEASURES = ("total", "success", "failed", "unknown", "billed")
ALL_APPS = "*"
BOTH = "number"
EARLIEST, LATEST = -12, 14


def channels_of(channel: str) -> tuple[str, ...]:
    """Return the channels of the log that a channel of a console covers."""
    return ("one_click", "local_verify") if channel == BOTH else (channel,)


def is_measured(one: Verified, measure: str) -> bool:
    """Return whether a record counts in a measure of a console."""
    if measure == "billed":
        return one.is_use
    return measure == "total" or measure == {"success": "success", "unknown": "unknown"}.get(one.outcome, "failed")


def tolerance(world: World, count: int) -> int:
    """Return the tolerated difference of a count."""
    return max(world.settings.tolerance_records, floor(world.settings.tolerance_share * count))


class Log:
    """The log's records, found by day, account, app and channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_day: dict[tuple[date, str], list[Verified]] = defaultdict(list)
        for one in world.verified:
            self.by_day[one.day, one.account_id].append(one)
        self.sorted_times: dict[tuple[str, str, str], list[int]] = {}

    def records(self, days: Iterable[date], account: str, app: str, channel: str) -> list[Verified]:
        """Return the records of an account and channel on some days; app `*` means all apps."""
        return [
            one
            for day in days
            for one in self.by_day.get((day, account), [])
            if app in (ALL_APPS, one.app_key) and one.channel in channels_of(channel)
        ]

    def count(self, days: Iterable[date], account: str, app: str, channel: str, measure: str) -> int:
        """Return the log's count of a measure."""
        return sum(is_measured(one, measure) for one in self.records(days, account, app, channel))

    def off_by(self, day: date, hours: int, account: str, channel: str, measure: str) -> int:
        """Return the log's count of a measure in the 24 hours that begin `hours` after 00:00 of a day (L_k)."""
        key = (account, channel, measure)
        if key not in self.sorted_times:
            own = [one for one in self.world.verified if one.account_id == account]
            self.sorted_times[key] = sorted(
                one.event_ms for one in own if one.channel in channels_of(channel) and is_measured(one, measure)
            )
        begin = start_ms(day, self.world.zone) + hours * HOUR_MS
        times = self.sorted_times[key]
        return bisect_left(times, begin + 24 * HOUR_MS) - bisect_left(times, begin)


def is_covered(world: World, days: Iterable[date], hours: int) -> bool:
    """Return whether each of `days` has data, and so has the next day (if `hours` is positive) or the day before (if
    negative).
    """
    touched = {day + step * ONE_DAY for day in days for step in (0, (hours > 0) - (hours < 0))}
    return touched <= world.complete


def shift_of(log: Log, console: dict[date, int], account: str, channel: str, measure: str) -> int | None:
    """Return by how many hours the daily counts of a console are shifted in a month; None if no shift explains them."""
    world = log.world
    days = [day for day in console if {day - ONE_DAY, day, day + ONE_DAY} <= world.complete]
    if len(days) < 5:
        return None

    def error(hours: int) -> int:
        return sum(abs(console[day] - log.off_by(day, hours, account, channel, measure)) for day in days)

    offset = datetime(days[0].year, days[0].month, days[0].day, tzinfo=world.zone).utcoffset()
    assert offset is not None
    zones = [hours for hours in range(-30, 31) if EARLIEST <= offset.total_seconds() / 3600 - hours <= LATEST]
    best = min(zones, key=lambda hours: (error(hours), abs(hours), hours < 0))
    is_plain = 2 * error(best) <= error(0) and error(0) > sum(tolerance(world, console[day]) for day in days)
    return best if is_plain else None


def by_count(difference: int, allowed: int, behind: list[Verified]) -> tuple[str, int]:
    """Return the first cause that explains a difference up to a rest of `allowed`, and how much of it the cause
    explains.

    The causes are mismatches, unknowns and duplicates. `behind` has the records of the log that the difference is
    about.
    """
    sign = 1 if difference > 0 else -1
    counts = (
        ("mismatch", sign * sum(one.outcome == "mismatch" for one in behind)),
        ("unknown", sign * sum(one.outcome == "unknown" for one in behind)),
        ("duplicates", sum(one.duplicates for one in behind)),
    )
    fitting = [(cause, explained) for cause, explained in counts if abs(difference - explained) <= allowed]
    return fitting[0] if fitting else ("unexplained", 0)
