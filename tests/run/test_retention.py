"""Retention removes old events and days, keeps all others, and leaves the tables of a day whose events it removed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.ingest.reread import RereadRequest
from pipelines.run.verify import verify
from tests.support import DAY, CopyOf, DataFolder, days_before, record, records

OLD = days_before(DAY, 60)


def a_kept_and_an_old_day(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\n")
    folder.land("alone.ndjson", records(1, OLD, "a"))
    folder.ingest(DAY)
    # These three share a part.
    folder.land("mixed.ndjson", [*records(3, OLD), *records(3, DAY)])
    folder.land("old.ndjson", records(2, OLD, "o"))
    folder.land("today.ndjson", records(1, DAY, "t"))
    folder.roll_up(DAY)


@pytest.fixture
def run_on(copy_of: CopyOf) -> DataFolder:
    """Return a folder that keeps the events of 61 days, rolled up on `DAY`.

    One part has the records of three files: of `OLD`, of `DAY`, and of both. Another part has one record of `OLD`.
    """
    return copy_of(a_kept_and_an_old_day)


def next_day(folder: DataFolder) -> date:
    """Land a record of the day after `DAY`, run for that day, and return it."""
    day = DAY + timedelta(days=1)
    folder.land("new.ndjson", records(1, day))
    folder.roll_up(day)
    return day


def test_nothing_goes_that_a_late_record_may_restate(run_on: DataFolder) -> None:
    assert run_on.manifest.events_from is None
    run_on.roll_up(days_before(DAY, 30))
    assert run_on.manifest.events_from is None
    run_on.land("late.ndjson", [record("late", OLD)])
    run_on.roll_up(DAY)
    assert run_on.counted()[OLD] == 7


def test_a_part_goes_with_its_last_day_and_another_loses_the_day(run_on: DataFolder) -> None:
    parts = {entry.path: entry.part for entry in run_on.manifest.files}
    shared = parts["mixed.ndjson"]
    assert shared == parts["old.ndjson"] == parts["today.ndjson"] != parts["alone.ndjson"]
    day = next_day(run_on)
    left = {entry.path: entry.part for entry in run_on.manifest.files}
    trimmed, new = f"{shared}.{days_before(day, 60)}", left.pop("new.ndjson")
    assert left == {"alone.ndjson": None, "mixed.ndjson": trimmed, "old.ndjson": None, "today.ndjson": trimmed}
    run_on.store.clear_unfinished(run_on.manifest)
    assert {path.name for path in run_on.store.warehouse.glob("events/*")} == {trimmed, new}
    # The next run does not remove the day again.
    run_on.tables(day)
    found = verify(run_on.store, load_settings(run_on.root), load_registry(run_on.store.registry), None)
    assert found.differences == []
    assert {entry.path: entry.part for entry in run_on.manifest.files} == left | {"new.ndjson": new}
    # Removed days of a log that grows extend no retention: its oldest stored day is `DAY` now, and the appended record
    # is two days older than the retention.
    assert run_on.manifest.events_from == days_before(DAY, 59)
    grown = [*records(3, OLD), *records(3, DAY), record("appended", days_before(DAY, 59))]
    run_on.land("mixed.ndjson", grown)
    run_on.ingest(DAY + timedelta(days=3))
    entry = run_on.files("mixed.ndjson")[-1]
    assert (entry.status, entry.accepted, entry.rejected) == ("read", 3, 4)


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_damaged_part_is_not_taken_for_one_without_records(run_on: DataFolder, damage: str) -> None:
    (mixed,) = run_on.files("mixed.ndjson")
    file = run_on.store.part_folder(str(mixed.part)) / "records.parquet"
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(AuthmeterError, match="A stored"):
        next_day(run_on)
    assert run_on.files("mixed.ndjson")[0].part == mixed.part


def test_the_day_stays_published_and_is_not_restated(run_on: DataFolder) -> None:
    before = run_on.manifest.days[OLD]
    day = next_day(run_on)
    run_on.land("late.ndjson", [record("late", OLD)])
    run_on.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\nshop,S,ios,,,\n")
    run_on.tables(day, forced=frozenset({OLD}))
    assert run_on.manifest.days[OLD] == before
    assert run_on.rows(f"SELECT channel, authorizations FROM channel_daily WHERE day = '{OLD}'") == [("one_click", 6)]
    assert run_on.rows("SELECT path, reason FROM rejected_records") == [("late.ndjson", "too_old:event_time")]
    assert (OLD,) not in run_on.restated("day")


def test_the_late_records_of_a_day_without_its_events_stay(run_on: DataFolder) -> None:
    rows = records(3, OLD, "l") + records(2, DAY, "l")
    run_on.land("late.log", rows)
    run_on.roll_up()
    for number in (1, 2):
        assert run_on.manifest.late_records == {OLD: 3, DAY: 2}
        day = DAY + timedelta(days=number)
        rows += records(1, day, "l")
        run_on.land("late.log", rows)
        run_on.roll_up(day)
    run_on.open().build_marts()
    late = "SELECT day, late_records FROM day_quality WHERE late_records > 0 ORDER BY day"
    assert run_on.rows(late) == [(OLD, 3), (DAY, 2)]
    newest = run_on.files("late.log")[-1]
    assert (newest.accepted, newest.rejected) == (4, 3)


def test_the_page_of_a_day_says_whether_late_records_count(run_on: DataFolder) -> None:
    """A longer retention brings no events back, and the site is rendered with the new setting without new logs."""
    day = next_day(run_on)
    run = run_on.manifest.run
    run_on.write("authmeter.toml", "retention_days = 90\nkeep_events_days = 91\n")
    run_on.publish(day)
    assert run_on.manifest.run == run + 1
    of_today, of_old = ((run_on.store.site / f"days/{one}.html").read_text("utf-8") for one in (DAY, OLD))
    counted, final = "late records of this day are counted until", "late records of this day are no longer counted"
    assert f"{counted} {DAY + timedelta(days=90)}" in of_today
    assert final in of_old
    assert counted not in of_old


def test_days_that_are_not_kept_are_no_longer_published(run_on: DataFolder) -> None:
    """The run that removes a day also changes its figures. They are not restated, because they are never published."""
    kept = "retention_days = 60\nkeep_events_days = 61\nkeep_days = 61\n"
    run_on.write("authmeter.toml", kept)
    run_on.land("verified.ndjson", [record(f"v{day}", day, stage="verify") for day in (OLD, DAY)])
    run_on.roll_up()
    run_on.write("authmeter.toml", f'{kept}[[billing]]\none_click = ["mismatch"]\n')
    day = DAY + timedelta(days=1)
    run_on.land("new.ndjson", records(1, day))
    run_on.tables(day)
    changed = "SELECT DISTINCT day FROM restatements WHERE run = (SELECT run FROM publication) ORDER BY day"
    assert run_on.rows(changed) == [(DAY,)]
    assert set(run_on.counted()) == {DAY, day}
    assert run_on.rows("SELECT min(day) FROM day_quality") == [(DAY,)]
    # The files of the removed day are still in landing, so the manifest must keep their entries.
    landed = {"alone.ndjson", "mixed.ndjson", "old.ndjson", "today.ndjson", "verified.ndjson", "new.ndjson"}
    assert {entry.path for entry in run_on.manifest.files} == landed


@pytest.mark.parametrize(
    "text",
    ["keep_events_days = 400", "retention_days = 60\nkeep_events_days = 60", "keep_days = 100", "keep_runs_days = 1"],
)
def test_settings_that_would_take_too_much_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "authmeter.toml").write_text(text)
    with pytest.raises(UsageError, match="keep_"):
        load_settings(tmp_path)


def test_the_default_keeps_what_may_still_be_restated() -> None:
    assert Settings().events_kept_days == 430
    assert Settings(retention_days=36500).events_kept_days > 36500


def test_records_before_the_retention_are_too_old(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\n")
    folder.land("a.ndjson", [record("kept", days_before(DAY, 60)), record("old", days_before(DAY, 61))])
    folder.ingest()
    (entry,) = folder.manifest.files
    assert (list(entry.days), entry.accepted, entry.rejected) == ([days_before(DAY, 60)], 1, 1)


def test_a_log_that_grows_beyond_the_retention_is_taken_and_loses_nothing(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\n")
    rows = records(2, OLD) + records(1, DAY)
    folder.land("a.log", rows)
    folder.roll_up()
    days = [DAY + timedelta(days=n) for n in range(1, 4)]
    for day in days[:2]:
        rows += records(1, day)
        folder.land("a.log", rows)
        folder.roll_up(day)
    assert folder.statuses("a.log") == ["replaced", "replaced", "read"]
    # It grows once more before it is rotated.
    (folder.store.landing / "a.log").unlink()
    folder.land("a.log.1", [*rows, record("last", days[2])])
    folder.land("a.log", records(1, days[2]))
    folder.land("other.log", [record("late", OLD)])
    folder.roll_up(days[2])
    assert folder.statuses("a.log")[-1] == "read"
    assert folder.counted() == {OLD: 2, DAY: 1, days[0]: 1, days[1]: 1, days[2]: 2}
    assert not folder.manifest.late_records
    before = folder.manifest
    run = folder.open(days[2])
    run.reread = RereadRequest()
    run.ingest(days[2])
    assert folder.manifest == before
