"""A run that a command executes itself has the same records as a run that Dagster executes."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.common.errors import AuthmeterError, BooksError
from pipelines.ingest.ingest import IngestReport
from pipelines.orchestration import own_run
from pipelines.orchestration.home.record_files import ASSETS, RUNS, open_records
from pipelines.orchestration.records.asset_records import RecordedPartitions
from pipelines.orchestration.records.known_job import known_job
from pipelines.orchestration.records.run_records import RunRecords
from pipelines.orchestration.results import Evaluated, Result
from pipelines.run.daily_run import DailyRun
from tests.orchestration.test_runs import evaluations
from tests.published_folder import Call
from tests.support import DataFolder, records

ASSET_KEYS = "SELECT * FROM asset_keys ORDER BY asset_key"
# Events of Dagster's executor that its pages do not draw.
MACHINERY = {"ENGINE_EVENT", "RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS", "STEP_OUTPUT"}
# Differs between any two runs; a job's snapshot has the path of the folder, and the one here is a copy.
CHANGING = {
    "snapshot_id", "pipeline_snapshot_id", "execution_plan_snapshot_id",
    "run_id", "timestamp", "pid", "storage_id", "duration_ms", "log_key", "id", "create_timestamp", "update_timestamp",
    "start_time", "end_time", "evaluation_event_timestamp", "evaluation_event_storage_id", "last_run_id",
    "materialization_event_storage_id", "last_materialization_timestamp",
}  # fmt: skip


def rows(file: Path, query: str, *given: str) -> list[dict[str, Any]]:
    """Return the rows of a SQLite file as mappings. JSON objects in them are parsed."""
    with closing(sqlite3.connect(file)) as opened:
        answer = opened.execute(query, given)
        found = [dict(zip([name for name, *_ in answer.description], row, strict=True)) for row in answer]
    for row in found:
        for name, value in row.items():
            if isinstance(value, str) and value.startswith("{"):
                row[name] = json.loads(value)
    return found


def alike(value: Any) -> Any:
    """Return a value without Dagster's data versions and all else that differs between two runs."""
    if isinstance(value, list):
        return [alike(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("label") == "seconds":
        return "seconds"
    kept = {name: alike(each) for name, each in value.items() if name not in CHANGING}
    if value.get("__class__") == "AssetMaterialization":
        kept["tags"] = {}
    if value.get("__class__") == "AssetCheckEvaluation":
        # Dagster leaves it out where it has not looked the asset up yet.
        kept.pop("target_materialization_data")
    for name in ("message", "user_message"):
        if isinstance(value.get(name), str):
            kept[name] = value[name].partition(" in ")[0].partition("(pid")[0]
    return kept


def home_of(folder: DataFolder) -> Path:
    return folder.root / "dagster"


def run_ids(home: Path) -> list[str]:
    return [row["run_id"] for row in rows(home / RUNS, "SELECT run_id FROM runs ORDER BY id")]


def events(home: Path, run_id: str) -> list[dict[str, Any]]:
    return rows(home / ASSETS.with_name(f"{run_id}.db"), "SELECT * FROM event_logs ORDER BY id")


def is_by_dagster(home: Path, run_id: str) -> bool:
    return "ENGINE_EVENT" in {event["dagster_event_type"] for event in events(home, run_id)}


@contextmanager
def instance_of(folder: DataFolder) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home_of(folder))) as instance:
        yield instance


@dataclass(frozen=True)
class Both:
    """Two runs that had nothing new, and their ids: `ours` by the command, then `theirs` by Dagster.

    The second run is recorded in `home`, a copy of the folder's home, because the settings were edited.
    """

    folder: DataFolder
    home: Path
    ours: str
    theirs: str
    asset_keys: list[dict[str, Any]]
    """The newest record of each asset after the run of the command."""


@pytest.fixture(scope="module")
def made_both() -> list[Both]:
    """The list in which `both` stores its folder, so that it is made once for this module."""
    return []


@pytest.fixture
def both(call: Call, own: DataFolder, made_both: list[Both]) -> Both:
    """A folder with two runs, made once for this module.

    No test may change the folder. The second run finds edited settings, so Dagster executes it.
    """
    if not made_both:
        assert call("run", data=own.root).code == 0
        home, copy = home_of(own), own.root / "elsewhere"
        asset_keys = rows(home / ASSETS, ASSET_KEYS)
        shutil.copytree(home, copy)
        with (home / "dagster.yaml").open("a") as settings:
            settings.write(f"storage:\n  sqlite:\n    base_dir: {copy}\n")
        assert call("run", data=own.root).code == 0
        *_, ours, theirs = run_ids(copy)
        assert (is_by_dagster(copy, ours), is_by_dagster(copy, theirs)) == (False, True)
        made_both.append(Both(own, copy, ours, theirs, asset_keys))
    return made_both[0]


def test_a_run_that_is_recorded_elsewhere_stays_there(both: Both) -> None:
    assert run_ids(home_of(both.folder)) == run_ids(both.home)[:-1]
    assert not (home_of(both.folder) / ASSETS.with_name(f"{both.theirs}.db")).exists()


def test_the_records_are_those_that_dagster_writes(both: Both) -> None:
    ids = (both.ours, both.theirs)
    index, runs = both.home / ASSETS, both.home / RUNS
    ours, theirs = ([alike(event) for event in events(both.home, run_id)] for run_id in ids)
    assert ours == [event for event in theirs if event["dagster_event_type"] not in MACHINERY]
    for file, query in (
        (index, "SELECT * FROM event_logs WHERE run_id = ? ORDER BY id"),
        (index, "SELECT * FROM asset_check_executions WHERE run_id = ? ORDER BY id"),
        (runs, "SELECT * FROM runs WHERE run_id = ?"),
        (runs, "SELECT key, value FROM run_tags WHERE run_id = ? ORDER BY key"),
    ):
        ours, theirs = ([alike(row) for row in rows(file, query, run_id)] for run_id in ids)
        assert ours == theirs, query
    assert alike(both.asset_keys) == alike(rows(index, ASSET_KEYS))


def test_dagster_reads_every_record(both: Both) -> None:
    ours, theirs = both.ours, both.theirs
    with instance_of(both.folder) as instance:
        read = instance.all_logs(ours)
        assert len(read) == len(events(both.home, ours))
        (mine, other) = (instance.get_run_step_stats(run_id) for run_id in (ours, theirs))
        assert [(step.step_key, step.status) for step in mine] == [(step.step_key, step.status) for step in other]
        record = instance.get_run_record_by_id(ours)
        assert record
        assert record.end_time
        assert record.start_time
        assert record.end_time > record.start_time
        run = record.dagster_run
        assert instance.get_job_snapshot(str(run.job_snapshot_id)).name == "daily"
        assert instance.get_execution_plan_snapshot(str(run.execution_plan_snapshot_id)).step_keys_to_execute


def test_a_run_with_something_new_is_recorded_with_the_check_that_fired(
    call: Call, own: DataFolder, yesterday: date
) -> None:
    before = yesterday - timedelta(days=2)
    own.land("late.ndjson", records(3, before, "late"))
    own.write("registry/apps.csv", "app_key,app_name\n,nobody\n")
    assert call("run", data=own.root).code == 3
    run_id = run_ids(home_of(own))[-1]
    assert not is_by_dagster(home_of(own), run_id)
    with instance_of(own) as instance:
        asked = dg.AssetRecordsFilter(dg.AssetKey("day_tables"), asset_partitions=[str(before)])
        (record,) = instance.fetch_materializations(asked, limit=1).records
        assert record.run_id == run_id
        assert record.asset_materialization
        assert record.asset_materialization.metadata["closed_by_run_of"].value == str(yesterday)
        run = instance.get_run_by_id(run_id)
        assert run
        (fired,) = [check for check in evaluations(instance, run) if not check.passed]
    assert (fired.check_name, fired.asset_key.path[-1]) == ("registry_rows", "registry")
    assert fired.severity == dg.AssetCheckSeverity.WARN
    assert "registry/apps.csv:2" in str(fired.metadata["finding"].value)


def test_the_job_is_recorded_again_after_a_change_of_code(call: Call, own: DataFolder) -> None:
    note = home_of(own) / ".daily_job.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"code": "another"}))
    assert known_job(home_of(own)) is None
    assert call("run", data=own.root).code == 0
    assert known_job(home_of(own)) is not None
    assert not is_by_dagster(home_of(own), run_ids(home_of(own))[-1])


@pytest.mark.parametrize(
    ("box", "fault", "step", "failed"),
    [
        ("roll_up", BooksError("twice"), "day_tables", ["day_books_and_keys"]),
        ("build_marts", BooksError("twice"), "build_marts", ["table_keys"]),
        ("render_site", KeyboardInterrupt(), "render_site", []),
    ],
)
def test_a_failure_is_recorded_where_it_came(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch, box: str, fault: BaseException, step: str,
    failed: list[str],
) -> None:  # fmt: skip
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(DailyRun, box, broken)
    ended = call("run", data=own.root)
    assert ended.code == 1
    assert not isinstance(fault, KeyboardInterrupt) or "stopped; the last good report stays" in ended.err
    run_id = run_ids(home_of(own))[-1]
    assert not is_by_dagster(home_of(own), run_id)
    with instance_of(own) as instance:
        run = instance.get_run_by_id(run_id)
        assert run
        assert run.status == dg.DagsterRunStatus.FAILURE
        (failure,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        assert failure.step_key == step
        assert failure.dagster_event
        assert failure.dagster_event.step_failure_data.error
        assert [check.check_name for check in evaluations(instance, run) if not check.passed] == failed
        statuses = {one.step_key: str(one.status) for one in instance.get_run_step_stats(run_id)}
        assert statuses[step] == "StepEventStatus.FAILURE"


def test_ctrl_c_is_no_fault_where_a_library_raises_its_own_error(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        # DuckDB does this where the signal arrives during a query.
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("pipelines.ingest.ingest.scan", interrupted)
    ended = call("run", data=own.root)
    assert (ended.code, ended.err) == (1, "authmeter: stopped; the last good report stays published\n")
    error = json.loads((own.root / "status.json").read_text())["last_run"]["error"]
    assert error["what"] == "The run was stopped before its last step."
    monkeypatch.undo()
    assert call("run", data=own.root).code == 0


def test_a_blocking_check_that_fails_ends_the_run(
    call: Call, own: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = DailyRun.ingest

    def without_balance(run: DailyRun, day: date) -> IngestReport:
        report = ingest(run, day)
        for entry in report.read:
            entry.accepted += 1
        return report

    monkeypatch.setattr(DailyRun, "ingest", without_balance)
    own.land("more.ndjson", records(3, yesterday, "more"))
    answer = call("run", data=own.root)
    assert answer.code == 1
    run_id = run_ids(home_of(own))[-1]
    assert not is_by_dagster(home_of(own), run_id)
    with instance_of(own) as instance:
        run = instance.get_run_by_id(run_id)
        assert run
        assert run.status == dg.DagsterRunStatus.FAILURE
        assert [check.check_name for check in evaluations(instance, run) if not check.passed] == ["file_books"]
        (failure,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        assert failure.step_key == "event_parts"


def test_a_failure_outside_of_the_stages_is_reported_once_with_its_cause(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = own.root / "reported"
    command = json.dumps(["sh", "-c", f"cat >> {reported}; echo >> {reported}"])
    own.write("authmeter.toml", f'[alerts]\ncommand = {command}\nlanguage = "en"\n')
    add_results = RunRecords.add_results

    def full(given: RunRecords, of: str, results: Iterable[Result]) -> list[Evaluated]:
        done = add_results(given, of, results)
        if of == "render_site":
            raise sqlite3.OperationalError("database or disk is full")
        return done

    monkeypatch.setattr(RunRecords, "add_results", full)
    answer = call("run", data=own.root)
    assert answer.code == 1
    assert "The disk is full." in answer.err
    assert json.loads((own.root / "status.json").read_text())["last_run"]["error"]["what"] == "The disk is full."
    messages = [json.loads(line) for line in reported.read_text().splitlines()]
    assert [(one["kind"], one["what"]) for one in messages] == [("failed", "The disk is full.")]


def test_the_runs_of_the_dead_are_ended_and_old_ones_forgotten(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job
    def small() -> None:
        pass

    with instance_of(own) as instance:
        dead = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED).run_id
        old = run_ids(home_of(own))[0]
    with closing(sqlite3.connect(home_of(own) / RUNS)) as runs, runs:
        runs.execute("UPDATE runs SET create_timestamp = '2000-01-01 00:00:00.000000' WHERE run_id = ?", [old])
    assert call("run", data=own.root).code == 0
    with instance_of(own) as instance:
        ended = instance.get_run_by_id(dead)
        assert ended
        assert ended.status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(old) is None
    assert not is_by_dagster(home_of(own), run_ids(home_of(own))[-1])


def test_a_killed_run_is_under_way_in_the_records(call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Completed steps are recorded at once, and the run is `STARTED` until it ends or the next run ends it."""
    seen: list[tuple[str, set[str]]] = []
    render = DailyRun.render_site

    def looked(run: DailyRun) -> object:
        with instance_of(own) as instance:
            (under_way,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
            made = instance.all_logs(under_way.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
            seen.append((under_way.run_id, {str(event.step_key) for event in made}))
        return render(run)

    monkeypatch.setattr(DailyRun, "render_site", looked)
    assert call("run", data=own.root).code == 0
    before = {"fetched_objects", "event_parts", "day_tables", "build_marts", "daily_checks"}
    assert seen == [(run_ids(home_of(own))[-1], before)]


def test_a_day_that_the_schedule_added_meanwhile_is_no_fault(own: DataFolder) -> None:
    with closing(open_records(home_of(own) / ASSETS)) as index:
        partitions = RecordedPartitions(index)
        known = partitions.names()
        partitions.add([*known, "2030-01-01"])
        assert partitions.names() == [*known, "2030-01-01"]
        partitions.remove("2030-01-01")
        assert partitions.names() == known


def test_no_job_is_known_in_a_home_that_lost_a_file_or_was_edited(own: DataFolder) -> None:
    """Dagster executes the runs of such a home: see `both`."""
    home = home_of(own)
    assert known_job(home) is not None
    (home / "schedules").rename(own.root / "lost")
    assert known_job(home) is None
    (own.root / "lost").rename(home / "schedules")
    assert known_job(home) is not None
    with (home / "dagster.yaml").open("a") as settings:
        settings.write("python_logs:\n  python_log_level: INFO\n")
    assert known_job(home) is None


def test_a_failure_that_cannot_be_recorded_hides_nothing(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AuthmeterError("The disk is full.")

    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(DailyRun, "build_marts", broken)
    monkeypatch.setattr(own_run, "report_failure", locked)
    ended = call("run", data=own.root)
    assert ended.code == 1
    assert "The disk is full." in ended.err
