"""A day is published when it is over: records of an open day wait, and a run closes all that are due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.common.errors import AuthmeterError
from tests.support import DAY, DataFolder, days_before, morning_after, records

BEFORE = days_before(DAY, 1)
AFTER = DAY + timedelta(days=1)


def require_no_change(folder: DataFolder) -> None:
    """Assert that no record is late, and that no day is restated."""
    manifest = folder.manifest
    assert (manifest.late_records, manifest.restatements, manifest.restated_sessions) == ({}, [], [])


def test_a_day_that_is_not_over_waits_and_appears_when_it_closes(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3) + records(2, AFTER))
    folder.roll_up()
    assert folder.counted() == {DAY: 3}
    folder.roll_up(AFTER)
    assert folder.counted() == {DAY: 3, AFTER: 2}
    require_no_change(folder)


def test_after_empty_runs_no_day_was_closed(folder: DataFolder) -> None:
    folder.roll_up()
    folder.land("a.ndjson", records(1, days_before(DAY, 2)) + records(1, BEFORE) + records(1))
    folder.roll_up()
    require_no_change(folder)


def test_an_older_day_keeps_the_as_of(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(3))
    folder.roll_up()
    folder.land("late.ndjson", records(2, BEFORE, "late") + records(1, AFTER))
    folder.roll_up(BEFORE, morning_after(AFTER))
    assert folder.manifest.as_of == DAY
    assert folder.counted() == {BEFORE: 5, DAY: 3}


def test_one_run_closes_every_day_that_was_missed(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, days_before(DAY, 3)))
    folder.roll_up(days_before(DAY, 3))
    for back in (2, 1, 0):
        folder.land(f"{back}.ndjson", records(1, days_before(DAY, back)))
    assert folder.roll_up().days == [days_before(DAY, 2), BEFORE, DAY]
    require_no_change(folder)


def test_a_day_that_is_too_small_is_published_when_the_rest_has_come(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "block_below_share = 0.7\n")
    folder.land("a.ndjson", [row for back in range(1, 4) for row in records(10, days_before(DAY, back))])
    folder.tables(BEFORE)
    published = folder.store.database.read_bytes()
    folder.land("b.ndjson", records(5))
    with pytest.raises(AuthmeterError, match="5 records, 50% of the usual 10"):
        folder.tables()
    assert folder.store.database.read_bytes() == published
    assert folder.manifest.as_of == BEFORE
    folder.land("rest.ndjson", records(5, prefix="rest"))
    folder.roll_up()
    assert folder.counted()[DAY] == 10
