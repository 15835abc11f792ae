"""Tables that are lost, forced or of an older version are computed anew from the stored parts, to the same figures.

No day is computed if some of its records are missing.
"""

from __future__ import annotations

import shutil
from datetime import date

import polars as pl
import pytest

from pipelines.closing import fingerprint
from pipelines.common.errors import AuthmeterError
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.engines import steps
from pipelines.rollup import due_days, plan
from tests.support import DAY, CopyOf, DataFolder, days_before, records

BEFORE = days_before(DAY, 1)
FIGURES = "metric, published_before, published_now"


def two_days(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.tables()


@pytest.fixture
def published(copy_of: CopyOf) -> DataFolder:
    """Return a folder with the published tables of two days: three records on the first, two on the second."""
    return copy_of(two_days)


def lose_tables(folder: DataFolder, day: date) -> None:
    shutil.rmtree(folder.store.warehouse / "days" / str(day))


def test_lost_or_forced_tables_are_computed_anew_to_the_same(published: DataFolder) -> None:
    folder = published
    channels, manifest = folder.rows("FROM channel_daily"), folder.manifest
    contents = {day: entry.content for day, entry in manifest.days.items()}
    (folder.store.landing / "a.ndjson").unlink()
    lose_tables(folder, BEFORE)
    assert folder.roll_up().days == [BEFORE]
    assert folder.roll_up(forced=frozenset({DAY})).days == [DAY]
    # The site of the run stays.
    assert folder.manifest.run == manifest.run
    assert {day: entry.content for day, entry in folder.manifest.days.items()} == contents
    folder.store.database.unlink()
    folder.tables()
    assert folder.rows("FROM channel_daily") == channels
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]


def test_a_damaged_day_is_named_and_late_records_restate_it(published: DataFolder) -> None:
    folder = published
    for name in ("channel_daily", "outcome_daily", "session_daily"):
        file = folder.store.day_table(folder.manifest.days[DAY], name)
        file.write_bytes(file.read_bytes()[:50])
    folder.store.database.rename(folder.root / "published")
    with pytest.raises(AuthmeterError, match="A stored file cannot be read") as found:
        folder.tables()
    assert "/days/" in found.value.where
    (folder.root / "published").rename(folder.store.database)
    folder.land("late.ndjson", records(1, prefix="late"))
    folder.roll_up()
    assert ("records", 2, 3) in folder.restated(f"DISTINCT {FIGURES}")


def test_late_records_of_a_lost_day_are_counted_when_the_published_file_is_damaged(published: DataFolder) -> None:
    lose_tables(published, DAY)
    database = published.store.database
    content = database.read_bytes()[:5000]
    database.unlink()
    database.write_bytes(content)
    published.land("late.ndjson", records(1, prefix="late"))
    published.tables()
    assert published.rows(f"SELECT sum(records) FROM outcome_daily WHERE day = '{DAY}'") == [(3,)]
    assert ("records", None, 3) in published.restated(f"DISTINCT {FIGURES}")


def test_late_records_of_a_lost_day_and_of_a_day_that_was_computed_again_restate_it(published: DataFolder) -> None:
    for day in (BEFORE, DAY):
        lose_tables(published, day)
    published.land("late.ndjson", records(1, BEFORE, "late"))
    published.roll_up()
    # The lost day is compared with the published file.
    metrics = ("authorization_requests", "authorizations", "records")
    assert published.restated(f"DISTINCT day, {FIGURES}") == [(BEFORE, metric, 3, 4) for metric in metrics]
    for number in (1, 2):
        published.land(f"late{number}.ndjson", records(1, prefix=f"late{number}"))
        published.roll_up()
    assert published.restated(f"DISTINCT day, {FIGURES}") == [
        *((BEFORE, metric, 3, 4) for metric in metrics),
        *((DAY, metric, count, count + 1) for metric in metrics for count in (2, 3)),
    ]
    assert published.manifest.late_records == {BEFORE: 1, DAY: 2}


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
        folder.roll_up()
    assert [list(folder.store.warehouse.rglob(f"{name}.parquet")) for name in LATER] == [[], []]
    counted = folder.counted()
    folder.tables()
    assert {name: folder.rows(f"FROM {name}") for name in LATER} == LATER
    assert folder.counted() == counted
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.roll_up().days == []


@pytest.mark.parametrize("others", [0, 3])
def test_no_day_is_computed_without_a_lost_part(published: DataFolder, others: int) -> None:
    published.land("b.ndjson", records(others, prefix="other"))
    published.roll_up()
    shutil.rmtree(published.store.part_folder(str(published.files("a.ndjson")[0].part)))
    with pytest.raises(AuthmeterError, match="A stored file is missing"):
        published.roll_up(forced=frozenset({DAY}))
    assert published.counted() == {BEFORE: 3, DAY: 2 + others}


def test_no_day_is_computed_from_fewer_records_than_its_files_gave(published: DataFolder) -> None:
    file = published.store.part_folder(str(published.files("a.ndjson")[0].part)) / "records.parquet"
    pl.read_parquet(file).head(4).write_parquet(file)
    with pytest.raises(AuthmeterError, match=r"A stored file differs: 1 of 2 accepted records were found\."):
        published.roll_up(forced=frozenset({DAY}))
    assert published.counted() == {BEFORE: 3, DAY: 2}
