"""Counts the log by the measures of a console, and finds the cause of a difference, by section 12 of the contract.

A cause is the tolerance, a shift of the console by hours, or certain records. `daily.py` computes the rows of days,
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
    """Return whether a record counts in a console's measure, which is a name in `MEASURES`."""
    if measure == "billed":
        return one.is_use
    return measure == "total" or measure == {"success": "success", "unknown": "unknown"}.get(one.outcome, "failed")


def tolerance(world: World, count: int) -> int:
    """Return how far a console's or bill's count may be from the log's count."""
    return max(world.settings.tolerance_records, floor(world.settings.tolerance_share * count))


class Log:
    """Access to the log's verification records by day, account, app and channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_day: dict[tuple[date, str], list[Verified]] = defaultdict(list)
        for one in world.verified:
            self.by_day[one.day, one.account_id].append(one)
        self.sorted_times: dict[tuple[str, str, str], list[int]] = {}

    def records(self, days: Iterable[date], account: str, app: str, channel: str) -> list[Verified]:
        """Return the records of an account and channel on some days. App `*` means all apps."""
        return [
            one
            for day in days
            for one in self.by_day.get((day, account), [])
            if app in (ALL_APPS, one.app_key) and one.channel in channels_of(channel)
        ]

    def count(self, days: Iterable[date], account: str, app: str, channel: str, measure: str) -> int:
        """Return the log's count of a measure on some days. App `*` means all apps."""
        return sum(is_measured(one, measure) for one in self.records(days, account, app, channel))

    def off_by(self, day: date, hours: int, account: str, channel: str, measure: str) -> int:
        """Return the log's count of a measure in the 24 hours that begin `hours` after 00:00 of a day: L_k of the
        contract.
        """
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
    """Return whether all of `days` have data, and the days that a shift by `hours` also touches.

    These are the next days if `hours` is positive, the days before if it is negative.
    """
    touched = {day + step * ONE_DAY for day in days for step in (0, (hours > 0) - (hours < 0))}
    return touched <= world.complete


def shift_of(log: Log, console: dict[date, int], account: str, channel: str, measure: str) -> int | None:
    """Return by how many hours a console's daily counts of a month are shifted; None if no shift explains them.

    `console` has the counts by day.
    """
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
    """Return the first cause that explains a difference except for `allowed` records, and the number that it explains.

    The causes are `mismatch`, `unknown` and `duplicates`, counted in `behind`, the log's records of the compared count.
    If none explains it, return `unexplained` and 0.
    """
    sign = 1 if difference > 0 else -1
    counts = (
        ("mismatch", sign * sum(one.outcome == "mismatch" for one in behind)),
        ("unknown", sign * sum(one.outcome == "unknown" for one in behind)),
        ("duplicates", sum(one.duplicates for one in behind)),
    )
    fitting = [(cause, explained) for cause, explained in counts if abs(difference - explained) <= allowed]
    return fitting[0] if fitting else ("unexplained", 0)
