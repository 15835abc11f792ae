"""`verify` reports differences between tables and stored parts; runs upgrade older stores and check the clock."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import polars as pl
import pytest

from pipelines.closing.machine_clock import require_near_day, require_sound_clock
from pipelines.common.days import Window
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import AuthmeterError
from pipelines.common.process.machine_limits import as_machine_error, is_disk_full
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.run.verify import VerifyReport, verify
from tests.older_store import make_older, write_older
from tests.support import DAY, CopyOf, DataFolder, damage_blocks, days_before, morning_after, records


def report_of(folder: DataFolder, span: Window | None = None) -> VerifyReport:
    return verify(folder.store, load_settings(folder.root), load_registry(folder.store.registry), span)


def two_days(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*records(4, days_before(DAY, 1)), *records(5)])
    folder.tables()


def publish_one_more(folder: DataFolder, columns: dict[str, str]) -> None:
    """Add 1 to a column of some tables of `DAY`, as if it had been computed wrongly, and publish the day.

    `columns` has the column by table.
    """
    manifest = folder.manifest
    for table, column in columns.items():
        file = folder.store.day_table(manifest.days[DAY], table)
        pl.read_parquet(file).with_columns(pl.col(column) + 1).write_parquet(file)
    manifest.days[DAY].content = digest_of_folder(folder.store.day_folder(manifest.days[DAY]))
    folder.store.commit(manifest)
    folder.tables()


@pytest.fixture
def sound(copy_of: CopyOf) -> DataFolder:
    return copy_of(two_days)


def test_a_changed_day_is_named(sound: DataFolder) -> None:
    file = sound.store.day_table(sound.manifest.days[DAY], "channel_daily")
    pl.read_parquet(file).with_columns(pl.col("authorizations") + 1).write_parquet(file)
    (found,) = report_of(sound).differences
    assert found.startswith(f"tables of {DAY}:")


def test_tables_that_were_computed_wrongly_are_found_by_their_cells(folder: DataFolder) -> None:
    """Wrong uses also make the published tables of packages wrong."""
    folder.write(
        "registry/resource_packages.csv", f"resource_package_id,account_id,quantity,purchased_at\np,,9,{DAY}\n"
    )
    folder.land("a.ndjson", records(2, stage="verify"))
    folder.roll_up()
    publish_one_more(folder, {"outcome_daily": "records", "verification_hours": "uses"})
    assert folder.rows("SELECT used FROM resource_package_daily") == [(3,)]
    found = "\n".join(report_of(folder).differences)
    for table in ("outcome_daily", "verification_hours"):
        assert f"day {DAY}, {table}: 1 row only as stored" in found
    for table in ("outcome_daily", "resource_package_daily"):
        assert f"published table {table}: 1 row only as stored" in found


def test_a_catalogue_that_is_not_whole_is_reported(sound: DataFolder) -> None:
    with closing(sqlite3.connect(sound.store.catalogue.file)) as connection:
        connection.executescript("PRAGMA ignore_check_constraints = ON; UPDATE files SET status = 'gone'")
    assert report_of(sound).differences == ["catalogue.sqlite: CHECK constraint failed in files"]


def test_a_damaged_or_lost_file_of_restatements_is_named(sound: DataFolder) -> None:
    sound.land("late.ndjson", records(1, prefix="late"))
    sound.roll_up()
    (file,) = sound.store.restatement_files(sound.manifest)
    file.write_bytes(file.read_bytes()[:50])
    assert report_of(sound).differences == [f"restatements: {file.name} cannot be read"]
    file.unlink()
    assert report_of(sound).differences == [f"restatements: {file.name} is missing"]


def test_damaged_blocks_of_the_published_file_are_differences(sound: DataFolder) -> None:
    damage_blocks(sound.store.database)
    found = report_of(sound).differences
    assert found
    assert all(text.startswith("published table ") and "cannot be read: Corrupt database" in text for text in found)


def test_other_settings_ask_for_a_run_first(sound: DataFolder) -> None:
    sound.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\nshop,S,ios,,,\n")
    with pytest.raises(AuthmeterError, match="changed since the last run"):
        report_of(sound)


def test_a_run_that_was_killed_is_no_difference_once_the_next_has_published(sound: DataFolder) -> None:
    sound.land("b.ndjson", records(1, prefix="b"))
    # The first run ends after it read the file, the second after it committed the day.
    sound.ingest()
    with pytest.raises(AuthmeterError, match="the files that count"):
        report_of(sound)
    sound.roll_up()
    with pytest.raises(AuthmeterError, match="stopped before it published its tables"):
        report_of(sound)
    sound.open().build_marts()
    # Only the day in the window is computed again.
    report = report_of(sound, Window(DAY, DAY))
    assert (report.differences, report.days) == ([], 1)


def test_an_older_store_runs_on_and_has_no_difference(sound: DataFolder) -> None:
    raw = make_older(sound.store)
    raw["schema_version"] = 1
    for entry in raw["days"].values():
        del entry["content"]
    shutil.rmtree(sound.store.warehouse / "days" / str(DAY))
    write_older(sound.store, raw)
    sound.land("b.ndjson", records(1, prefix="b"))
    sound.tables()
    assert sound.counted() == {days_before(DAY, 1): 4, DAY: 6}
    report = report_of(sound)
    assert (report.differences, report.days, report.parts) == ([], 2, 2)


def test_a_lost_catalogue_is_no_empty_store(sound: DataFolder) -> None:
    sound.store.catalogue.file.unlink()
    with pytest.raises(AuthmeterError, match="missing, but the store is not empty"):
        sound.tables()
    assert sound.store.database.is_file()


def test_a_clock_is_believed_within_a_day(sound: DataFolder) -> None:
    now = morning_after(DAY)
    require_sound_clock(sound.manifest, now - timedelta(hours=23))
    with pytest.raises(AuthmeterError, match="The clock shows"):
        require_sound_clock(sound.manifest, now - timedelta(hours=25))
    require_near_day(sound.manifest, Settings(), DAY + timedelta(days=400))
    with pytest.raises(AuthmeterError, match="401 days after"):
        require_near_day(sound.manifest, Settings(), DAY + timedelta(days=401))


def test_a_machine_limit_is_found_behind_any_error() -> None:
    full = OSError(28, "No space left on device")
    wrapped = RuntimeError("it failed")
    wrapped.__cause__ = full
    assert is_disk_full(wrapped)
    full.__context__ = wrapped  # The error is raised again from the error that it caused.
    assert "The disk is full" in str(as_machine_error(full, "data"))
    assert "not enough memory" in str(as_machine_error(MemoryError(), "data"))
    assert as_machine_error(ValueError("no"), "data") is None
    assert as_machine_error(AuthmeterError("told already"), "data") is None
