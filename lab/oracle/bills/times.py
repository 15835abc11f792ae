"""Parses and computes days, midnights and instants of the business time zone.

A time is a number of Unix ms, and a day is a `date`. The contract leaves open how a bare date is written: the oracle
accepts `YYYY-MM-DD`, and `YYYYMMDD` only in the files of section 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from lab.oracle.raw_rows import utc_time
from lab.oracle.records import time_ms, unix_ms

HOUR_MS = 3_600_000
ONE_DAY = timedelta(days=1)
BARE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})-?([0-9]{2})")


@cache
def start_ms(day: date, zone: ZoneInfo) -> int:
    """Return the Unix ms of a day's 00:00."""
    return unix_ms(datetime(day.year, day.month, day.day, tzinfo=zone))


def day_of(ms: int, zone: ZoneInfo) -> date:
    """Return the business day that contains an instant."""
    return utc_time(ms).astimezone(zone).date()


def days_from(first: date, last: date) -> Iterator[date]:
    """Yield the days of a span, both ends included."""
    while first <= last:
        yield first
        first += ONE_DAY


def month_days(month: date) -> list[date]:
    """Return the days of a month, which is given by its first day."""
    return [day for day in days_from(month, month + 30 * ONE_DAY) if day.month == month.month]


def instant(text: str, zone: ZoneInfo) -> int:
    """Return the Unix ms of a text in the form of `event_time`, or of a bare date (its 00:00).

    Raises:
        ValueError: the text has neither form.
    """
    if BARE_DATE.fullmatch(text):
        return start_ms(date.fromisoformat(text), zone)
    ms = time_ms(text, zone)
    if ms is None:
        raise ValueError(text)
    return ms


def console_day(text: str) -> date:
    """Parse a day as consoles write it; raise ValueError for other texts."""
    return date.fromisoformat("-".join(_parts(DAY, text)))


def console_month(text: str) -> date:
    """Parse a month as bills write it, and return its first day; raise ValueError for other texts."""
    return date.fromisoformat("-".join(_parts(MONTH, text)) + "-01")


def _parts(form: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = form.fullmatch(text)
    if found is None or text.count("-") not in (0, form.groups - 1):
        raise ValueError(text)
    return found.groups()


def a_year_later(purchased_ms: int, zone: ZoneInfo) -> int:
    """Return when a package without an expiry expires: 00:00 after the first anniversary of its purchase day."""
    bought = day_of(purchased_ms, zone)
    is_leap = (bought.month, bought.day) == (2, 29)
    anniversary = bought.replace(year=bought.year + 1, day=28 if is_leap else bought.day)
    return start_ms(anniversary + ONE_DAY, zone)
