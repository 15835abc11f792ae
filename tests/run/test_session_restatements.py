"""When the tables of sign-in sessions mark a day as restated, and when they do not."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from tests.support import DAY, CopyOf, DataFolder, Row, days_before, record

RESTATED = "SELECT restated FROM day_quality"
SESSIONS = "SELECT sum(sessions)::INTEGER, sum(lost)::INTEGER FROM session_daily"


def steps(second: str) -> list[Row]:
    """Return a page record at 10:00, and an authorization at the time `second` of the same day and device."""
    page = record("page", stage="page", device_id="d1")
    return [page, record("authorize", device_id="d1", event_time=f"{DAY}T{second}+08:00")]


def one_session(folder: DataFolder) -> None:
    folder.land("a.ndjson", steps("10:05:00"))
    folder.roll_up()


@pytest.fixture
def closed(copy_of: CopyOf) -> DataFolder:
    """Return a folder with a closed day of one session, which is not published."""
    return copy_of(one_session)


def test_a_day_whose_sessions_changed_beside_lost_tables_is_restated_without_a_row(closed: DataFolder) -> None:
    closed.open().build_marts()
    assert closed.rows(SESSIONS) == [(1, 0)]
    shutil.rmtree(closed.store.day_folder(closed.manifest.days[DAY]))
    closed.land("a.ndjson", steps("10:30:00"))
    closed.tables()
    assert closed.rows(SESSIONS) == [(2, 1)]
    assert closed.rows(RESTATED) == [(True,)]
    assert closed.rows("FROM restatements") == []
    # It stays restated, whatever later runs change.
    closed.roll_up(forced=frozenset({DAY}))
    assert closed.manifest.restated_sessions == [DAY]


def test_a_day_of_a_version_without_sessions_gets_them_and_is_not_restated(closed: DataFolder) -> None:
    for table in ("session_daily", "session_books"):
        closed.store.day_table(closed.manifest.days[DAY], table).unlink()
    manifest = closed.manifest
    manifest.session_minutes = None
    manifest.days[DAY].content = "of a version without sessions"
    closed.store.commit(manifest)
    assert closed.tables().days == [DAY]
    assert closed.rows(SESSIONS) == [(1, 0)]
    assert closed.rows(RESTATED) == [(False,)]


def test_another_time_between_records_counts_days_with_events_anew_and_restates_none(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\n")
    old, next_day = days_before(DAY, 60), DAY + timedelta(days=1)
    times = {"page": "10:00:00", "authorize": "10:05:00"}
    folder.land("old.ndjson", [
        record(f"old {stage}", old, stage=stage, device_id="d1", event_time=f"{old}T{time}+08:00")
        for stage, time in times.items()
    ])  # fmt: skip
    folder.land("a.ndjson", steps("10:05:00"))
    folder.roll_up()
    folder.land("b.ndjson", [record("new", next_day)])
    folder.roll_up(next_day)
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\nsession_minutes = 4\n")
    assert folder.tables(next_day).days == [DAY, next_day]
    found = folder.rows("SELECT day, sessions, lost FROM session_daily ORDER BY day")
    assert found == [(old, 1, 0), (DAY, 2, 1)]
    assert folder.rows("SELECT DISTINCT restated FROM day_quality") == [(False,)]
    # A later change of the records does restate the day.
    folder.land("a.ndjson", steps("10:03:00"))
    folder.roll_up(next_day)
    assert (folder.manifest.restated_sessions, folder.manifest.restatements) == ([DAY], [])
