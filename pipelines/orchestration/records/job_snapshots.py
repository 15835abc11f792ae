"""Records the definition of the daily job in a home, as Dagster does: snapshots of the job and of its plan."""

import json
from pathlib import Path
from typing import Any, Final

import dagster as dg
from dagster._core.execution.api import create_execution_plan
from dagster._core.snap import snapshot_from_execution_plan
from dagster._core.storage.runs import SqliteRunStorage
from dagster._serdes import serialize_value

from pipelines.contract.settings.settings import Settings
from pipelines.orchestration.definitions.code_location import build_definitions
from pipelines.orchestration.definitions.resource import DataFolder
from pipelines.orchestration.folder import JOB
from pipelines.orchestration.home.record_files import RUNS
from pipelines.orchestration.records.known_job import note_job

QUIET: Final[dict[str, Any]] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The run's configuration: Dagster prints nothing."""


def daily_job(data: Path) -> dg.JobDefinition:
    """Return the daily job of a data folder. It is built with the default settings, because the job is the same for any
    settings: only the schedule and the freshness policy depend on them.
    """
    return build_definitions(DataFolder(path=str(data)), Settings()).resolve_job_def(JOB)


def record_job(home: Path, data: Path) -> None:
    """Record the daily job in a home with usual files (`has_usual_files`), and store it for `known_job`."""
    job = daily_job(data)
    plan = create_execution_plan(job, run_config=QUIET)
    of_plan = snapshot_from_execution_plan(plan, job.get_job_snapshot_id())
    storage = SqliteRunStorage(f"sqlite:///{home / RUNS}")
    run = dg.DagsterRun(
        job_name=JOB, run_config=QUIET, asset_selection=frozenset(), step_keys_to_execute=plan.step_keys_to_execute,
        job_snapshot_id=storage.add_job_snapshot(job.get_job_snapshot()),
        execution_plan_snapshot_id=storage.add_execution_plan_snapshot(of_plan),
    )  # fmt: skip
    note_job(home, json.loads(serialize_value(run)))
