"""Tables that are lost, forced or of an older version are computed anew from the stored parts, to the same figures."""

from __future__ import annotations

import shutil

import pytest

from pipelines.closing import fingerprint
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.contract.tables.tables import TABLES
from pipelines.engines import steps
from pipelines.marts import build as marts
from pipelines.rollup import due_days, plan
from tests.support import DAY, DataFolder, days_before, records

BEFORE = days_before(DAY, 1)


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_lost_day_is_computed_anew(folder: DataFolder, is_forced: bool) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.publish()
    published, site = folder.rows("FROM channel_daily"), folder.store.site.resolve()
    shutil.rmtree(folder.store.warehouse / "days" / str(BEFORE))
    assert folder.tables(forced=frozenset([BEFORE] if is_forced else [])).days == [BEFORE]
    folder.store.database.unlink()
    folder.publish()
    assert folder.rows("FROM channel_daily") == published
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.store.site.resolve() == site


def test_a_lost_day_that_comes_out_otherwise_is_restated_from_what_was_published(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.tables()
    shutil.rmtree(folder.store.warehouse / "days" / str(BEFORE))
    folder.land("late.ndjson", records(1, BEFORE, "late"))
    folder.tables()
    found = "SELECT DISTINCT metric, published_before, published_now FROM restatements ORDER BY ALL"
    assert folder.rows(found) == [("authorization_requests", 3, 4), ("authorizations", 3, 4), ("records", 3, 4)]


def test_a_forced_day_is_computed_anew_and_stays_as_it_was(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    rows, before = folder.rows("SELECT * FROM channel_daily"), folder.manifest
    assert folder.tables(forced=frozenset([DAY])).days == [DAY]
    assert folder.rows("SELECT * FROM channel_daily") == rows
    assert folder.manifest == before
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("latency_daily", [(BEFORE, "one_click", 3, 7, 7), (DAY, "one_click", 2, 9, 9)]),
        (
            "unmapped_codes",
            [(day, "one_click", "authorize", "umeng", "unknown", "new", n) for day, n in ((BEFORE, 3), (DAY, 2))],
        ),
    ],
)
def test_a_store_of_before_a_day_table_gets_it_with_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str, expected: list[tuple[object, ...]]
) -> None:
    coded = {"outcome": None, "result_code": "new"}
    folder.land("a.ndjson", records(3, BEFORE, latency_ms=7, **coded) + records(2, latency_ms=9, **coded))
    with monkeypatch.context() as before:
        before.setattr(due_days, "counting_digest", lambda: "of before")
        before.setattr(fingerprint, "publishing_digest", lambda: "of before")
        tables = {table: key for table, key in DAY_TABLES.items() if table != name}
        for module in (plan, steps):
            before.setattr(module, "DAY_TABLES", tables)
        for order in ("_FROM_DAYS", "_ORDER"):
            before.setattr(marts, order, tuple(table for table in getattr(marts, order) if table != name))
        before.setattr(marts, "TABLES", {table: one for table, one in TABLES.items() if table != name})
        folder.tables()
    assert list(folder.store.warehouse.rglob(f"{name}.parquet")) == []
    counted = folder.counted()
    folder.tables()
    assert folder.rows(f"FROM {name}") == expected
    assert folder.counted() == counted
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.tables().days == []


def test_a_lost_database_is_built_again_from_what_is_stored(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    rows = folder.rows("SELECT * FROM channel_daily")
    folder.store.database.unlink()
    (folder.store.landing / "a.ndjson").unlink()
    folder.tables()
    assert folder.rows("SELECT * FROM channel_daily") == rows
