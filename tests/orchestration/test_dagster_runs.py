"""Runs that Dagster starts: by schedule, for days of a backfill, for an old day, for one asset."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin

from pipelines.common.errors import AuthmeterError, BooksError
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.held import accept_held
from pipelines.orchestration.definitions.as_dagster import InstancePartitions
from pipelines.orchestration.definitions.code_location import build_definitions
from pipelines.orchestration.definitions.resource import DataFolder as Resource
from pipelines.orchestration.definitions.resource import is_whole
from pipelines.orchestration.home.home import prepare
from pipelines.orchestration.partitions import add_days
from pipelines.run.daily_run import DailyRun
from pipelines.run.status import last_status
from tests.orchestration.test_runs import evaluations, only_run, recorded_days, rows_of_day
from tests.published_folder import Call, held
from tests.support import DataFolder, days_before, lines, records, tree

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Dagster:
    """Dagster on a data folder: runs the job as its pages do, and evaluates schedule and sensors as its daemon does."""

    def __init__(self, folder: DataFolder, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.definitions = build_definitions(Resource(path=str(folder.root)), Settings())
        self.repository = self.definitions.get_repository_def()

    def run(self, day: date | None, *assets: str, **tags: str) -> dg.DagsterRun:
        """Run the job, or only `assets`, for the partition of `day`. Assert that the run succeeds, and return it."""
        job = (
            self.definitions.resolve_implicit_global_asset_job_def()
            if assets
            else self.definitions.resolve_job_def("daily")
        )
        result = job.execute_in_process(
            run_config=QUIET, instance=self.instance, partition_key=str(day) if day else None, tags=tags,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
        )  # fmt: skip
        assert result.success
        return result.dagster_run

    def tick(self, at: datetime) -> list[dg.RunRequest]:
        """Return the runs that the schedule requests at a time."""
        context = dg.build_schedule_context(self.instance, at, repository_def=self.repository)
        schedule = self.repository.get_schedule_def("daily_schedule")
        return list(schedule.evaluate_tick(context).run_requests or ())

    def look(self, cursor: str | None = None, name: str = "late_day_sensor") -> dg.SensorResult:
        """Return the result of one evaluation of a sensor."""
        sensor = self.repository.get_sensor_def(name)
        result = sensor(dg.build_sensor_context(self.instance, cursor=cursor))
        assert isinstance(result, dg.SensorResult)
        return result


@pytest.fixture
def opened(environment: None) -> Iterator[Callable[[DataFolder], Dagster]]:
    """Return a function that opens Dagster on a folder until the test ends."""
    with ExitStack() as stack:

        def of(folder: DataFolder) -> Dagster:
            prepare(folder.root)
            return Dagster(folder, stack.enter_context(dg.DagsterInstance.get()))

        yield of


@pytest.fixture
def dagster(own: DataFolder, opened: Callable[[DataFolder], Dagster]) -> Dagster:
    """Return Dagster on a folder with three published days."""
    return opened(own)


@pytest.mark.lab
def test_a_backfill_of_three_days_runs_each(dagster: Dagster, own: DataFolder, yesterday: date) -> None:
    before = own.counted()
    for back in (2, 1, 0):
        dagster.run(days_before(yesterday, back), **{"dagster/backfill": "abcdefgh"})
    assert own.counted() == before
    runs = dagster.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": "abcdefgh"}))
    assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 3
    assert own.manifest.as_of == yesterday


def test_a_run_for_an_old_day_fetches_objects_brings_it_up_to_date_and_copies_the_site(
    dagster: Dagster, own: DataFolder, yesterday: date, tmp_path: Path
) -> None:
    old = days_before(yesterday, 2)
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "late.ndjson").write_bytes(lines(records(5, old, "late")))
    settings = f'[[fetch]]\nurl = "file://{tmp_path}/bucket"\ninto = "bucket"\n'
    own.write("authmeter.toml", f'{settings}[publish]\nurl = "file://{tmp_path}/copy"\n')
    before = own.counted()[old]
    dagster.run(old)
    assert own.counted()[old] == before + 5
    assert own.manifest.as_of == yesterday
    assert tree(tmp_path / "copy") == tree(own.store.site)


def test_a_day_without_data_can_be_run_for_and_a_day_that_lost_its_records_holds_none(
    call: Call, opened: Callable[[DataFolder], Dagster], folder: DataFolder, yesterday: date
) -> None:
    emptied = days_before(yesterday, 1)
    folder.land("app.log", records(3, emptied))
    assert call("run", data=folder.root).code == 3
    instance = opened(folder).instance
    assert only_run(instance).status == dg.DagsterRunStatus.SUCCESS
    assert recorded_days(instance) == {str(yesterday), str(emptied)}
    assert (rows_of_day(instance, emptied), rows_of_day(instance, yesterday)) == (3, 0)
    folder.land("app.log", records(2, yesterday))
    folder.ingest(yesterday)
    accept_held(folder.store, folder.manifest, "app.log")
    call("run", data=folder.root)
    assert folder.counted() == {yesterday: 2}
    assert rows_of_day(instance, emptied) == 0


def test_one_asset_can_be_made_alone_and_has_the_figures_of_the_published_day(
    dagster: Dagster, own: DataFolder
) -> None:
    own.store.database.unlink()
    run = dagster.run(None, "usage_daily")
    assert own.rows("SELECT count(*) FROM usage_daily") == [(6,)]
    (log,) = dagster.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    assert log.dagster_event.asset_key.path[-1] == "usage_daily"
    found = log.dagster_event.step_materialization_data.materialization.metadata
    names = ("one_click_verifications", "wechat_authorizations", "billable_verifications")
    sums = ", ".join(f"sum({name})" for name in names)
    (row,) = own.rows(f"SELECT {sums} FROM usage_daily WHERE day = (SELECT as_of FROM publication)")
    assert tuple(found[name].value for name in names) == row
    assert any(row)


def test_the_pages_can_be_made_alone(dagster: Dagster, own: DataFolder) -> None:
    own.store.site.unlink()
    dagster.run(None, "site")
    assert (own.store.site / "index.html").is_file()


def test_a_partition_of_today_is_refused(dagster: Dagster, own: DataFolder, yesterday: date) -> None:
    today = days_before(yesterday, -1)
    own.land("today.ndjson", records(3, today, "today"))
    add_days(InstancePartitions(dagster.instance), [today])
    with pytest.raises(dg.DagsterError) as refused:
        dagster.run(today)
    assert f"{today} is not over in Asia/Shanghai." in str(refused.value.__cause__)
    assert own.manifest.as_of == yesterday


def test_the_sensor_finds_a_day_that_is_not_published_and_its_run_by_a_wrong_clock_is_refused(
    opened: Callable[[DataFolder], Dagster], folder: DataFolder, yesterday: date
) -> None:
    long_ago = days_before(yesterday, 500)
    folder.land("a.ndjson", records(3, long_ago))
    folder.roll_up(long_ago)
    dagster = opened(folder)
    (event,) = dagster.look().asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    assert not event.passed
    # Nor is it a partition: no run was for it.
    assert dagster.instance.get_dynamic_partitions("business_days") == []
    add_days(InstancePartitions(dagster.instance), [yesterday])
    with pytest.raises(dg.DagsterError) as refused:
        dagster.run(yesterday, **{"dagster/sensor_name": "landing_sensor"})
    assert "500 days after the published day" in str(refused.value.__cause__)
    assert folder.manifest.as_of == long_ago


def job_of_environment() -> dg.JobDefinition:
    """Return the daily job on the folder that the environment names."""
    return build_definitions(Resource(), Settings()).resolve_job_def("daily")


def test_a_retry_of_the_copy_alone_ends_well(
    dagster: Dagster, own: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster retries a failed run from the failed step on."""

    def execute(**options: Any) -> dg.DagsterRun:
        job = dg.reconstructable(job_of_environment)
        tags = {"dagster/partition": str(yesterday)}
        with dg.execute_job(job, dagster.instance, QUIET, tags=tags, **options) as result:
            return result.dagster_run

    def full(*_: object) -> None:
        raise AuthmeterError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.run.daily_run.copy_site", full)
        failed = execute()
    assert failed.status == dg.DagsterRunStatus.FAILURE
    retried = execute(reexecution_options=dg.ReexecutionOptions.from_failure(failed.run_id, dagster.instance))
    assert retried.step_keys_to_execute == ["site_copy"]
    status = last_status(own.root)
    assert status.last_run
    assert (status.last_run.result, status.last_run.error) == ("done", None)


CHECK = frozenset({dg.AssetCheckKey(dg.AssetKey("site"), "yesterday_is_published")})
SITE = frozenset({dg.AssetKey("site")})


@pytest.mark.parametrize(
    ("job", "assets", "checks", "whole"),
    [
        ("daily", None, None, True),
        ("daily", frozenset(), None, True),
        ("daily", SITE, None, False),
        ("daily", None, CHECK, False),
        ("__ASSET_JOB", None, CHECK, False),
        ("__ASSET_JOB", None, None, False),
    ],
)
def test_a_run_of_chosen_assets_or_checks_is_not_whole(
    job: str, assets: frozenset[dg.AssetKey] | None, checks: frozenset[dg.AssetCheckKey] | None, whole: bool
) -> None:
    """Only a run of the whole job counts as failed if it did not reach the last step."""
    assert is_whole(dg.DagsterRun(job, asset_selection=assets, asset_check_selection=checks)) == whole


def test_a_whole_run_that_is_stopped_says_so(
    dagster: Dagster, own: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DailyRun, "ingest", stopped)
    job = dagster.definitions.resolve_job_def("daily")
    with pytest.raises(KeyboardInterrupt):
        job.execute_in_process(run_config=QUIET, instance=dagster.instance, partition_key=str(yesterday))
    status = last_status(own.root)
    assert status.last_run
    assert status.last_run.error
    assert "was stopped before its last step" in status.last_run.error.what


def test_books_that_do_not_balance_fail_their_check_and_publish_nothing(
    dagster: Dagster, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise BooksError("twice")

    monkeypatch.setattr(DailyRun, "roll_up", broken)
    result = dagster.definitions.resolve_job_def("daily").execute_in_process(
        run_config=QUIET, instance=dagster.instance, partition_key=str(yesterday), raise_on_error=False
    )
    assert not result.success
    made = evaluations(dagster.instance, result.dagster_run)
    assert [check.check_name for check in made if not check.passed] == ["day_books_and_keys"]
    assert result.asset_materializations_for_node("render_site") == []


def test_the_sensor_finds_yesterday_published_and_says_a_thing_once(dagster: Dagster) -> None:
    result = dagster.look()
    (event,) = result.asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    assert (event.check_name, event.asset_key.path[-1], event.passed) == ("yesterday_is_published", "site", True)
    assert dagster.look(result.cursor).asset_events == []


def test_the_sensor_ends_runs_of_killed_commands_that_block_the_next_run(dagster: Dagster, own: DataFolder) -> None:
    @dg.job
    def small() -> None:
        pass

    code = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("code"), "repository")
    of_command, of_dagster = (
        dagster.instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED, remote_job_origin=origin).run_id
        for origin in (None, code.get_job_origin("small"))
    )

    def states() -> list[str]:
        found = (dagster.instance.get_run_by_id(run_id) for run_id in (of_command, of_dagster))
        return [run.status.value for run in found if run]

    with held(own):
        dagster.look()
    assert states() == ["STARTED", "STARTED"]
    dagster.look()
    # The process that executes runs of Dagster watches them itself, and they take the lock after they started.
    assert states() == ["FAILURE", "STARTED"]


def test_the_alert_of_a_late_day_is_sent_although_the_records_of_runs_cannot_be_written(
    dagster: Dagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job
    def small() -> None:
        pass

    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    dagster.instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED)
    monkeypatch.setattr(dg.DagsterInstance, "report_run_failed", locked)
    alerts: list[Path] = []
    monkeypatch.setattr(
        "pipelines.orchestration.definitions.schedule.alert_if_late", lambda data, now: alerts.append(data)
    )
    with pytest.raises(sqlite3.OperationalError):
        dagster.look()
    assert alerts


def test_the_landing_sensor_asks_for_one_run_of_what_lies_still(
    opened: Callable[[DataFolder], Dagster], folder: DataFolder, yesterday: date
) -> None:
    dagster, cursor, asked = opened(folder), None, []

    def look() -> None:
        nonlocal cursor
        result = dagster.look(cursor, "landing_sensor")
        cursor = result.cursor
        asked.append(list(result.run_requests or ()))

    look()
    folder.land("a.ndjson", records(3, yesterday))
    look()
    folder.land("b.ndjson", records(2, yesterday, "b"))
    look()
    assert asked == [[], [], []]
    look()
    (request,) = asked.pop()
    assert request.partition_key == str(yesterday)
    folder.roll_up(yesterday)
    assert folder.counted() == {yesterday: 5}
    look()
    # A record of a closed day.
    folder.land("late.ndjson", records(1, yesterday, "late"))
    look()
    assert asked == [[]] * 5
    look()
    (again,) = asked.pop()
    assert again.run_key != request.run_key
    folder.roll_up(yesterday)
    assert folder.counted() == {yesterday: 6}
