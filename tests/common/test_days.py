"""Business days and windows: their boundaries, in zones with and without a change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pipelines.common.days import (
    business_day,
    day_hours,
    day_start,
    days_between,
    last_closed_day,
    last_due_day,
    local_to_utc,
    window,
    zone_offsets,
)

NEW_YORK, SHANGHAI = "America/New_York", "Asia/Shanghai"


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        (7, date(2026, 3, 4), date(2026, 3, 10)),
        (30, date(2026, 2, 9), date(2026, 3, 10)),
        (1, date(2026, 3, 10), date(2026, 3, 10)),
    ],
)
def test_a_window_ends_at_as_of(days: int, first: date, last: date) -> None:
    now = window(date(2026, 3, 10), days)
    assert (now.first, now.last) == (first, last)
    assert len(list(now)) == days


def test_days_between_holds_both_ends_or_nothing() -> None:
    assert list(days_between(date(2026, 2, 28), date(2026, 3, 1))) == [date(2026, 2, 28), date(2026, 3, 1)]
    assert list(days_between(date(2026, 3, 2), date(2026, 3, 1))) == []


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 3, 9, 15, 59, 59, 999_000, UTC), SHANGHAI, date(2026, 3, 9)),
        (datetime(2026, 3, 9, 16, tzinfo=UTC), SHANGHAI, date(2026, 3, 10)),
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, tzinfo=UTC), NEW_YORK, date(2026, 3, 9)),
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 7)),
        (datetime(2026, 3, 9, 18, 14, tzinfo=UTC), "Asia/Kathmandu", date(2026, 3, 9)),
        (datetime(2026, 3, 9, 18, 15, tzinfo=UTC), "Asia/Kathmandu", date(2026, 3, 10)),
    ],
)
def test_an_instant_belongs_to_the_day_of_the_zone(instant: datetime, zone: str, day: date) -> None:
    assert business_day(instant, zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        (date(2026, 3, 10), SHANGHAI, datetime(2026, 3, 9, 16, tzinfo=UTC), 24),
        (date(2026, 3, 8), NEW_YORK, datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        (date(2026, 11, 1), NEW_YORK, datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(day: date, zone: str, start: datetime, hours: int) -> None:
    assert day_start(day, zone) == start
    assert day_start(day + timedelta(days=1), zone) - day_start(day, zone) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (datetime(2026, 3, 10, 15, 59, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 10, 16, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 10, 18, 30, tzinfo=UTC), date(2026, 3, 10)),
    ],
)
def test_the_last_closed_day_is_yesterday_in_the_zone(now: datetime, closed: date) -> None:
    assert last_closed_day(now, SHANGHAI) == closed


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert local_to_utc(datetime.fromisoformat("2026-11-01T01:30:00"), NEW_YORK) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "first", "last", "hours"),
    [
        (SHANGHAI, datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC), [8]),
        (NEW_YORK, datetime(2026, 1, 1, 0, 0, 0, 5, UTC), datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC), [-5]),
        (NEW_YORK, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC), [-5, -4]),
        # Shanghai changed its clocks until 1991.
        (SHANGHAI, datetime(1990, 1, 1, tzinfo=UTC), datetime(1992, 1, 1, tzinfo=UTC), [8, 9, 8, 9, 8]),
        ("Australia/Lord_Howe", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), [11, 10.5]),
        ("Pacific/Apia", datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC), [-10, 14]),
    ],
)
def test_the_offsets_of_a_zone_change_as_its_clock_does(
    zone: str, first: datetime, last: datetime, hours: list[float]
) -> None:
    found = zone_offsets(zone, first, last)
    assert [offset / timedelta(hours=1) for offset in found.offsets] == hours
    changes = zip(found.changes, found.local_changes, pairwise(found.offsets), strict=True)
    for change, local, (before, after) in changes:
        tick = timedelta(seconds=1)
        zoned = [instant.astimezone(ZoneInfo(zone)) for instant in (change - tick, change)]
        assert [instant.utcoffset() for instant in zoned] == [before, after]
        assert local_to_utc(local, zone) == local.replace(tzinfo=UTC) - after
        assert local_to_utc(local - tick, zone) == (local - tick).replace(tzinfo=UTC) - before


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Asia/Shanghai", date(2026, 3, 10), {}),
        ("Europe/Berlin", date(2025, 10, 26), {2: 8}),
        ("Europe/Berlin", date(2026, 3, 29), {2: 0}),
        ("Australia/Lord_Howe", date(2026, 4, 5), {1: 6}),
        ("Australia/Lord_Howe", date(2025, 10, 5), {2: 2}),
        # At 03:45, the clock is set to 02:45.
        ("Pacific/Chatham", date(2026, 4, 5), {2: 5, 3: 7}),
        ("Africa/Cairo", date(2026, 4, 24), {0: 0}),
    ],
)
def test_the_quarters_of_a_day_have_the_hours_of_the_clock(zone: str, day: date, quarters: dict[int, int]) -> None:
    hours = day_hours(day, zone).hours
    assert {hour: hours.count(hour) for hour in range(24)} == dict.fromkeys(range(24), 4) | quarters


@pytest.mark.parametrize(
    ("hour", "due"), [(8, date(2026, 3, 9)), (9, date(2026, 3, 10)), (23, date(2026, 3, 10))], ids=str
)
def test_a_day_is_due_at_a_time_of_the_next_one(hour: int, due: date) -> None:
    now = datetime(2026, 3, 11, hour, 0, tzinfo=ZoneInfo(SHANGHAI))
    assert last_due_day(now, SHANGHAI, "09:00") == due
