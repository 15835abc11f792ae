"""Days of an older version whose events are gone are published without the tables that this version lacked."""

from __future__ import annotations

import pytest

from pipelines.common.errors import AuthmeterError
from tests.support import DAY, CopyOf, DataFolder, days_before, record

BEFORE = days_before(DAY, 1)


def an_aged_day(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e", day, outcome=None, result_code="new", latency_ms=5) for day in (BEFORE, DAY)])
    folder.roll_up()
    manifest = folder.manifest
    manifest.events_from = DAY
    folder.store.commit(manifest)


@pytest.fixture
def aged(copy_of: CopyOf) -> DataFolder:
    """Return a folder with two unpublished days, which have an unmapped code and a latency.

    The events of the first day are gone.
    """
    return copy_of(an_aged_day)


def test_a_day_without_a_newer_table_adds_no_rows_to_it(aged: DataFolder) -> None:
    for name in ("unmapped_codes", "latency_daily"):
        aged.store.day_table(aged.manifest.days[BEFORE], name).unlink()
    aged.open().build_marts()
    for name in ("unmapped_codes", "latency_daily"):
        assert aged.rows(f"SELECT day FROM {name}") == [(DAY,)]
    assert aged.rows("SELECT day, unmapped_codes FROM day_quality ORDER BY day") == [(BEFORE, 1), (DAY, 1)]


def test_a_lost_table_is_not_passed_over(aged: DataFolder) -> None:
    aged.store.day_table(aged.manifest.days[BEFORE], "channel_daily").unlink()
    with pytest.raises(AuthmeterError, match="A stored file cannot be read"):
        aged.open().build_marts()


def test_a_lost_table_of_a_day_with_events_is_not_passed_over(aged: DataFolder) -> None:
    aged.store.day_table(aged.manifest.days[DAY], "unmapped_codes").unlink()
    with pytest.raises(AuthmeterError, match="A stored file cannot be read"):
        aged.open().build_marts()


def test_days_that_are_all_of_before_a_table_are_published_without_it(aged: DataFolder) -> None:
    manifest = aged.manifest
    manifest.events_from = days_before(DAY, -1)
    aged.store.commit(manifest)
    for entry in manifest.days.values():
        aged.store.day_table(entry, "profile_daily").unlink()
    aged.open().build_marts()
    assert aged.rows("SELECT day FROM day_quality ORDER BY day") == [(BEFORE,), (DAY,)]
