"""Parses the times of resource packages and of their readings: in the formats of `event_time` in logs, or a bare date.

The rule for `event_time` itself is in SQL, in `field_rules.py`; a test compares the two. Other times in the registry
are parsed by `registry_time` in `registry.py`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pipelines.common.days import day_start, local_to_utc

_CLOCK: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)
_MILLISECONDS: Final = re.compile(r"(\d{13})(?:\.\d+)?", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{10})(?:\.(\d+))?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(text: str, zone: str) -> datetime | None:
    """Return the instant of a text, in UTC, to the millisecond; None if the text is not a time.

    A time without an offset is local time of the zone; a bare date is midnight of that day in the zone.
    """
    try:
        if _DATE.fullmatch(text):
            return day_start(date.fromisoformat(text), zone)
        if found := _MILLISECONDS.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(found[1]))
        if found := _SECONDS.fullmatch(text):
            return _EPOCH + timedelta(seconds=int(found[1]), milliseconds=_milliseconds(found[2]))
        if found := _CLOCK.fullmatch(text):
            day, clock, fraction, offset = found.groups()
            time = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
            time += timedelta(milliseconds=_milliseconds(fraction))
            return time.astimezone(UTC) if time.tzinfo else local_to_utc(time, zone)
    except (ValueError, OverflowError):
        return None
    return None


def _milliseconds(fraction: str | None) -> int:
    """Return the milliseconds of the digits after the decimal point; digits after the third are cut off."""
    return int((fraction or "")[:3].ljust(3, "0"))
