"""Tables that are lost, forced or of an older version are computed anew from the stored parts, to the same figures. No
day is computed from a part of its records.
"""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from pipelines.closing import fingerprint
from pipelines.common.errors import AuthmeterError
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.contract.tables.tables import TABLES
from pipelines.engines import steps
from pipelines.marts import build as marts
from pipelines.rollup import due_days, plan
from tests.support import DAY, DataFolder, days_before, records

BEFORE = days_before(DAY, 1)


def test_lost_or_forced_tables_are_computed_anew_to_the_same(folder: DataFolder) -> None:
    log = folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.publish()
    published, site, manifest = folder.rows("FROM channel_daily"), folder.store.site.resolve(), folder.manifest
    contents = {day: entry.content for day, entry in manifest.days.items()}
    log.unlink()
    for forced, lost, days in (([], BEFORE, [BEFORE]), ([BEFORE], BEFORE, [BEFORE]), ([DAY], None, [DAY])):
        if lost:
            shutil.rmtree(folder.store.warehouse / "days" / str(lost))
        assert folder.roll_up(forced=frozenset(forced)).days == days
    assert folder.manifest.run == manifest.run
    assert {day: entry.content for day, entry in folder.manifest.days.items()} == contents
    folder.store.database.unlink()
    assert folder.publish().is_done
    assert folder.rows("FROM channel_daily") == published
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.store.site.resolve() == site
    assert not folder.store.temp.exists()


def test_a_lost_day_that_comes_out_otherwise_is_restated_from_what_was_published(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.tables()
    shutil.rmtree(folder.store.warehouse / "days" / str(BEFORE))
    folder.land("late.ndjson", records(1, BEFORE, "late"))
    folder.tables()
    found = "SELECT DISTINCT metric, published_before, published_now FROM restatements ORDER BY ALL"
    assert folder.rows(found) == [("authorization_requests", 3, 4), ("authorizations", 3, 4), ("records", 3, 4)]


def test_a_damaged_day_is_named_and_late_records_restate_it(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    for name in ("channel_daily", "outcome_daily", "session_daily"):
        file = folder.store.day_table(folder.manifest.days[DAY], name)
        file.write_bytes(file.read_bytes()[:50])
    folder.store.database.rename(folder.root / "published")
    with pytest.raises(AuthmeterError, match="A stored file cannot be read") as found:
        folder.tables()
    assert "/days/" in found.value.where
    (folder.root / "published").rename(folder.store.database)
    folder.land("late.ndjson", records(1, prefix="late"))
    folder.tables()
    rows = "SELECT published_before, published_now FROM restatements WHERE metric = 'records' AND channel = '*'"
    assert folder.rows(rows) == [(3, 4)]


def test_late_records_of_a_lost_day_are_counted_when_the_published_file_is_damaged(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    shutil.rmtree(folder.store.warehouse / "days" / str(DAY))
    folder.store.database.write_bytes(folder.store.database.read_bytes()[:5000])
    folder.land("late.ndjson", records(1, prefix="late"))
    folder.tables()
    assert folder.rows("SELECT sum(records) FROM outcome_daily") == [(4,)]
    assert folder.rows("SELECT published_before, published_now FROM restatements WHERE metric = 'records'") == [
        (None, 4), (None, 4),
    ]  # fmt: skip


def test_late_records_of_a_day_that_was_computed_again_restate_it(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    shutil.rmtree(folder.store.warehouse / "days" / str(DAY))
    folder.tables()
    found = "SELECT DISTINCT metric, published_before, published_now FROM restatements ORDER BY ALL"
    for number in (1, 2):
        folder.land(f"late{number}.ndjson", records(1, prefix=f"late{number}"))
        folder.tables()
        rows = {(metric, 2 + number, 3 + number) for metric in ("authorization_requests", "authorizations", "records")}
        assert rows <= set(folder.rows(found))
    assert folder.rows("SELECT restated, late_records FROM day_quality") == [(True, 2)]


# Tables that came later, with their rows.
LATER = {
    "latency_daily": [(BEFORE, "one_click", 3, 7, 7), (DAY, "one_click", 2, 9, 9)],
    "unmapped_codes": [
        (day, "one_click", "authorize", "umeng", "unknown", "new", count) for day, count in ((BEFORE, 3), (DAY, 2))
    ],
}


def test_a_store_of_before_some_day_tables_gets_them_with_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = {"outcome": None, "result_code": "new"}
    folder.land("a.ndjson", records(3, BEFORE, latency_ms=7, **coded) + records(2, latency_ms=9, **coded))
    with monkeypatch.context() as before:
        before.setattr(due_days, "counting_digest", lambda: "of before")
        before.setattr(fingerprint, "publishing_digest", lambda: "of before")
        tables = {table: key for table, key in DAY_TABLES.items() if table not in LATER}
        for module in (plan, steps):
            before.setattr(module, "DAY_TABLES", tables)
        for order in ("_FROM_DAYS", "_ORDER"):
            before.setattr(marts, order, tuple(table for table in getattr(marts, order) if table not in LATER))
        before.setattr(marts, "TABLES", {table: one for table, one in TABLES.items() if table not in LATER})
        folder.tables()
    assert [list(folder.store.warehouse.rglob(f"{name}.parquet")) for name in LATER] == [[], []]
    counted = folder.counted()
    folder.tables()
    assert {name: folder.rows(f"FROM {name}") for name in LATER} == LATER
    assert folder.counted() == counted
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.roll_up().days == []


@pytest.mark.parametrize("others", [0, 3])
def test_no_day_is_computed_without_a_lost_part(folder: DataFolder, others: int) -> None:
    folder.land("a.ndjson", records(5))
    folder.tables()
    folder.land("b.ndjson", records(others, prefix="other"))
    folder.tables()
    shutil.rmtree(folder.store.part_folder(str(folder.files("a.ndjson")[0].part)))
    with pytest.raises(AuthmeterError, match="A stored file is missing"):
        folder.tables(forced=frozenset({DAY}))
    assert folder.counted() == {DAY: 5 + others}


def test_no_day_is_computed_from_fewer_records_than_its_files_gave(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(5))
    folder.tables()
    file = folder.store.part_folder(str(folder.files("a.ndjson")[0].part)) / "records.parquet"
    pl.read_parquet(file).head(4).write_parquet(file)
    with pytest.raises(AuthmeterError, match=r"A stored file differs: 4 of 5 accepted records were found\."):
        folder.tables(forced=frozenset({DAY}))
    assert folder.counted() == {DAY: 5}
