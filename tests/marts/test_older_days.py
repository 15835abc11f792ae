"""Days of an older version whose events are gone are published without the tables that this version lacked."""

from __future__ import annotations

import duckdb
import pytest

from tests.support import DAY, DataFolder, days_before, record

BEFORE = days_before(DAY, 1)


@pytest.fixture
def aged(folder: DataFolder) -> DataFolder:
    """Two days with an unmapped code and a latency; the events of the first are gone."""
    folder.land("a.ndjson", [record("e", day, outcome=None, result_code="new", latency_ms=5) for day in (BEFORE, DAY)])
    folder.tables()
    folder.store.database.unlink()
    manifest = folder.manifest
    manifest.events_from = DAY
    folder.store.commit(manifest)
    return folder


@pytest.mark.parametrize("name", ["unmapped_codes", "latency_daily"])
def test_a_table_that_came_later_has_no_rows_of_them(aged: DataFolder, name: str) -> None:
    aged.store.day_table(aged.manifest.days[BEFORE], name).unlink()
    aged.open().build_marts()
    assert aged.rows(f"SELECT day FROM {name}") == [(DAY,)]
    assert aged.rows("SELECT day, unmapped_codes FROM day_quality ORDER BY day") == [(BEFORE, 1), (DAY, 1)]


def test_a_lost_table_is_not_passed_over(aged: DataFolder) -> None:
    aged.store.day_table(aged.manifest.days[BEFORE], "channel_daily").unlink()
    with pytest.raises(duckdb.Error):
        aged.open().build_marts()


def test_a_lost_table_of_a_day_with_events_is_not_passed_over(aged: DataFolder) -> None:
    aged.store.day_table(aged.manifest.days[DAY], "unmapped_codes").unlink()
    with pytest.raises(duckdb.Error):
        aged.open().build_marts()


def test_days_that_are_all_of_before_a_table_are_published_without_it(aged: DataFolder) -> None:
    manifest = aged.manifest
    manifest.events_from = days_before(DAY, -1)
    aged.store.commit(manifest)
    for entry in manifest.days.values():
        aged.store.day_table(entry, "profile_daily").unlink()
    aged.open().build_marts()
    assert aged.rows("SELECT day FROM day_quality ORDER BY day") == [(BEFORE,), (DAY,)]
