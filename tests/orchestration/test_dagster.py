"""Dagster's view: definitions that load without work, runs that leave their record, days caught up, one workspace."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from pipelines.common.project import PROJECT
from pipelines.orchestration.home import end_runs_of_the_dead, prepare
from tests.published_folder import authmeter
from tests.support import DataFolder, days_before, records

DESCRIBE = """
import json
from pipelines.definitions import definitions
graph = definitions.resolve_asset_graph()
keys = graph.get_all_asset_keys()
schedule = definitions.resolve_schedule_def("daily_schedule")
print(json.dumps({
    "assets": {key.path[-1]: [parent.path[-1] for parent in graph.get(key).parent_keys] for key in keys},
    "partitioned": [key.path[-1] for key in keys if graph.get(key).is_partitioned],
    "checks": sorted(key.name for key in graph.asset_check_keys),
    "cron": schedule.cron_schedule,
    "zone": schedule.execution_timezone,
    "status": schedule.default_status.value,
    "job": schedule.job_name,
}))
"""


# Eight processes that open the same new Dagster home at once; it gives how many could not.
OPENED_AT_ONCE = """
import os, sys
from pathlib import Path
import dagster as dg
from pipelines.orchestration.home import prepare
children = []
come, go = os.pipe()
for _ in range(8):
    if not (child := os.fork()):
        os.close(go)
        os.read(come, 1)
        prepare(Path(sys.argv[1]))
        with dg.DagsterInstance.get() as instance:
            instance.get_runs(limit=1)
        os._exit(0)
    children.append(child)
os.close(go)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh interpreter finds in the definitions, for a data folder that is not there."""
    data = tmp_path_factory.mktemp("definitions") / "data"
    environment = os.environ | {"AUTHMETER_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout) | {"made": data.exists(), "said": done.stderr}


def test_definitions_load_without_doing_work(described: dict[str, Any]) -> None:
    assert not described["made"]
    assert described["said"] == ""


def test_the_boxes_are_assets_in_order(described: dict[str, Any]) -> None:
    assert described["assets"] == {
        "event_parts": [],
        "day_tables": ["event_parts"],
        "marts": ["day_tables"],
        "site": ["marts"],
    }
    assert described["partitioned"] == ["day_tables"]


def test_the_checks_stand_between_the_boxes(described: dict[str, Any]) -> None:
    assert described["checks"] == [
        "damaged_files", "day_books_and_keys", "day_is_there", "duplicate_share", "field_shift", "file_books",
        "held_files", "hour_shift", "latency_shift", "missing_delivery", "mix_shift", "nothing_accepted",
        "outcome_shift", "registry_rows", "rejected_share", "unmapped_share", "unreadable_folders", "volume_jump",
    ]  # fmt: skip


def test_the_schedule_is_on_by_default_in_the_business_zone(described: dict[str, Any]) -> None:
    assert (described["cron"], described["zone"]) == ("30 2 * * *", "Asia/Shanghai")
    assert (described["status"], described["job"]) == ("RUNNING", "daily")


def test_the_schedule_follows_the_settings(tmp_path: Path) -> None:
    (tmp_path / "authmeter.toml").write_text('schedule_time = "05:07"\ntimezone = "America/New_York"\n')
    environment = os.environ | {"AUTHMETER_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found["cron"], found["zone"]) == ("7 5 * * *", "America/New_York")


@pytest.fixture
def instance(published: DataFolder) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of the published folder."""
    with dg.DagsterInstance.from_config(str(published.root / "dagster")) as opened:
        yield opened


def only_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    (run,) = instance.get_runs()
    return run


def test_a_run_of_the_command_is_recorded_with_its_partition(instance: dg.DagsterInstance, yesterday: date) -> None:
    run = only_run(instance)
    assert (run.job_name, run.status) == ("daily", dg.DagsterRunStatus.SUCCESS)
    assert run.tags["dagster/partition"] == str(yesterday)


def test_a_run_records_what_it_made_and_the_numbers(instance: dg.DagsterInstance, yesterday: date) -> None:
    found = {}
    for name in ("event_parts", "day_tables", "marts", "site"):
        event = instance.get_latest_materialization_event(dg.AssetKey(name))
        assert event is not None, name
        assert event.run_id == only_run(instance).run_id
        assert event.asset_materialization is not None
        found[name] = {key: value.value for key, value in event.asset_materialization.metadata.items()}
    assert found["event_parts"]["records_read"] == 759
    assert found["event_parts"]["rejected"] == 4
    assert found["day_tables"]["days"] == 3
    assert found["marts"]["usage_daily"] == 6
    assert found["site"]["apps"] == 2


def test_a_run_records_every_day_that_it_closed(instance: dg.DagsterInstance, yesterday: date) -> None:
    days = {str(days_before(yesterday, back)) for back in range(3)}
    assert instance.get_materialized_partitions(dg.AssetKey("day_tables")) == days


def test_a_run_records_every_check(instance: dg.DagsterInstance, described: dict[str, Any]) -> None:
    logs = instance.all_logs(only_run(instance).run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [log.dagster_event.asset_check_evaluation_data for log in logs if log.dagster_event]
    assert sorted(evaluation.check_name for evaluation in evaluations) == described["checks"]
    assert all(evaluation.passed for evaluation in evaluations)


def test_nothing_is_sent_anywhere(published: DataFolder) -> None:
    settings = yaml.safe_load((published.root / "dagster" / "dagster.yaml").read_text())
    assert settings["telemetry"] == {"enabled": False}
    assert settings["run_coordinator"]["config"] == {"max_concurrent_runs": 1}
    assert settings["run_monitoring"]["enabled"] is True


def test_a_later_run_catches_up_the_days_that_were_missed(folder: DataFolder, yesterday: date) -> None:
    days = [days_before(yesterday, back) for back in (4, 3, 2, 1, 0)]
    folder.land("0.ndjson", records(3, days[0]))
    folder.publish(days[0])
    for number, day in enumerate(days[1:], 1):
        folder.land(f"{number}.ndjson", records(3, day))
    assert authmeter("run", data=folder.root).code == 0
    assert folder.counted() == dict.fromkeys(days, 3)
    with dg.DagsterInstance.from_config(str(folder.root / "dagster")) as instance:
        (newest,) = instance.get_runs()
        assert newest.tags["dagster/partition"] == str(yesterday)
        assert instance.get_materialized_partitions(dg.AssetKey("day_tables")) == {str(day) for day in days[1:]}
        event = instance.get_latest_materialization_event(dg.AssetKey("day_tables"))
        assert event is not None
        assert event.run_id == newest.run_id


def test_workspace_and_project_name_one_location() -> None:
    (location,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]
    module = location["python_module"]
    assert module["location_name"] == project["dagster"]["code_location_name"] == "authmeter"
    assert module["module_name"] == project["dagster"]["module_name"]
    assert module["working_directory"] == "."


def test_the_workspace_loads_as_dagster_dev_would_load_it(tmp_path: Path) -> None:
    environment = os.environ | {"AUTHMETER_DATA": str(tmp_path / "data"), "DAGSTER_DISABLE_TELEMETRY": "yes"}
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Validation successful for code location authmeter" in done.stderr + done.stdout


def test_a_new_home_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """Dagster itself would mark its tables as made twice, and never open them again."""
    done = subprocess.run(
        [sys.executable, "-c", OPENED_AT_ONCE, str(tmp_path / "data")], cwd=PROJECT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for name in ("history/runs", "schedules/schedules"):
        with closing(sqlite3.connect(tmp_path / "data" / "dagster" / f"{name}.db")) as opened:
            assert opened.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]


def test_a_scheduler_ends_what_a_killed_one_had_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what it was only starting: the next run would have to wait five minutes for that."""
    for name in ("DAGSTER_HOME", "AUTHMETER_DATA", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    prepare(tmp_path)

    @dg.job
    def small() -> None:
        pass

    begun = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.get() as instance:
        for status in (*begun, dg.DagsterRunStatus.NOT_STARTED):
            instance.create_run_for_job(small, status=status)
    assert end_runs_of_the_dead(tmp_path) == len(begun)
    with dg.DagsterInstance.get() as instance:
        left = sorted(run.status.value for run in instance.get_runs())
    assert left == ["FAILURE", "FAILURE", "FAILURE", "NOT_STARTED"]
