"""Business days and windows: the only module that handles time zones and day boundaries.

A business day D is [D 00:00, D+1 00:00) of `event_time` in the business time zone. A window of n days is the n days
that end at `as_of`, inclusive; the previous window is the n days just before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from pipelines.common.errors import UsageError

WINDOWS = (7, 30)
BUSINESS_ZONE = "Asia/Shanghai"
"""The business time zone, unless another is set."""
FIRST_DAY = date(2000, 1, 1)
"""The first day that a run may be for, earlier than any log."""


def is_within_calendar(day: date) -> bool:
    """Return whether a day may occur in the registry: not before `FIRST_DAY`, and not in the year `MAXYEAR`."""
    # Without this check, a mistyped year could create a table of a million days.
    return day >= FIRST_DAY and day.year < MAXYEAR


@dataclass(frozen=True)
class Window:
    """Days `first` to `last`, both inclusive."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        return days_between(self.first, self.last)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`, both inclusive; none if `last` is earlier."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def window(as_of: date, days: int) -> Window:
    """Return the window of `days` days that ends at `as_of`."""
    return Window(as_of - timedelta(days=days - 1), as_of)


def business_day(instant: datetime, zone: str) -> date:
    """Return the business day of an aware instant."""
    return local_time(instant, zone).date()


def last_business_day(end: datetime, zone: str) -> date:
    """Return the business day of the last moment before an aware instant."""
    return business_day(end - timedelta(microseconds=1), zone)


def local_time(instant: datetime, zone: str) -> datetime:
    """Return an aware instant as local time of a zone."""
    return instant.astimezone(ZoneInfo(zone))


def utc_offset(day: date, zone: str) -> timedelta:
    """Return the offset of a zone's clock from UTC at 00:00 of a day."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).utcoffset() or timedelta()


def day_start(day: date, zone: str) -> datetime:
    """Return the first instant of a business day, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class DayHours:
    """A business day from `start` to `end`, in UTC; `end` is the start of the next day.

    `hours` has an entry for each quarter of an hour of the day: the hour that the local clock shows, 0 to 23. On a day
    when the clock is changed, an hour can occur twice, only in part, or not at all.
    """

    start: datetime
    end: datetime
    hours: tuple[int, ...]


def day_hours(day: date, zone: str) -> DayHours:
    """Return the `DayHours` of a business day."""
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    # Some zones change the clock by half an hour, or at 02:45.
    quarter = timedelta(minutes=15)
    quarters = range(ceil((end - start) / quarter))
    return DayHours(start, end, tuple((start + n * quarter).astimezone(ZoneInfo(zone)).hour for n in quarters))


def require_same_zone(stored: str | None, zone: str) -> None:
    """Refuse a business time zone other than `stored`, the zone of the stored days (None if no day is stored).

    Raises:
        UsageError: the two differ.
    """
    if stored not in (None, zone):
        raise UsageError(
            f"The business time zone was {stored} and is now {zone}.",
            where="timezone in authmeter.toml",
            why="Stored events carry the business day of the first zone; days of two zones cannot be added.",
            do="Set it back, or use a new data folder for the other zone.",
        )


def last_closed_day(now: datetime, zone: str) -> date:
    """Return the newest business day that is over at `now`: yesterday."""
    return business_day(now, zone) - timedelta(days=1)


def last_due_day(now: datetime, zone: str, late_after: str) -> date:
    """Return the newest business day that is due by `now`. A day is due on the next day, at `late_after` (HH:MM).

    A day that is due and not published is late.
    """
    is_due = now.astimezone(ZoneInfo(zone)).strftime("%H:%M") >= late_after
    return last_closed_day(now, zone) - timedelta(days=0 if is_due else 1)


def stamp(instant: datetime, zone: str) -> str:
    """Return an aware instant as text: RFC 3339 in the business time zone, to the second."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def local_to_utc(local: datetime, zone: str) -> datetime:
    """Convert a local time without offset to UTC.

    A local time that occurs twice means its first occurrence (PEP 495).
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


@dataclass(frozen=True)
class ZoneOffsets:
    """The offsets of a zone's clock from UTC in a span of time.

    `changes` are the instants (UTC) at which the offset changes: from `offsets[n]` to `offsets[n + 1]` at `changes[n]`.
    """

    offsets: tuple[timedelta, ...]
    changes: tuple[datetime, ...]

    @property
    def local_changes(self) -> tuple[datetime, ...]:
        """For each change, the earliest local time (without time zone) that has the offset after the change.

        As in PEP 495, a local time that occurs twice means its first occurrence, and a local time that never occurs has
        the offset before the change.
        """
        changes = zip(self.changes, pairwise(self.offsets), strict=True)
        return tuple((change + max(around)).replace(tzinfo=None) for change, around in changes)


@cache
def zone_offsets(zone: str, first: datetime, last: datetime) -> ZoneOffsets:
    """Return the offsets of a zone from the instant `first` to `last`."""
    begin, end = _midnight(first) + timedelta(days=1), _midnight(last)
    between = (begin + timedelta(days=n) for n in range((end - begin).days + 1))
    offsets, changes = [_offset_at(zone, first)], []
    before = first
    # In the tz database, the changes of a zone are more than a day apart.
    for instant in (*between, last):
        if (offset := _offset_at(zone, instant)) != offsets[-1]:
            offsets.append(offset)
            changes.append(_first_with(offset, zone, before, instant))
        before = instant
    return ZoneOffsets(tuple(offsets), tuple(changes))


def _first_with(offset: timedelta, zone: str, before: datetime, until: datetime) -> datetime:
    """Return the first instant after `before` at which the zone has the offset, in whole seconds.

    At `until` the zone must have this offset, and at `before` a different offset.
    """
    while until - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=max(1, (until - before) // timedelta(seconds=2)))
        before, until = (before, middle) if _offset_at(zone, middle) == offset else (middle, until)
    return until.replace(microsecond=0)


def _midnight(instant: datetime) -> datetime:
    """Return the beginning of the UTC day that contains the instant."""
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


# The range grows from run to run, but most of its midnights stay the same: each is computed once in a process.
@cache
def _offset_at(zone: str, instant: datetime) -> timedelta:
    return instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
