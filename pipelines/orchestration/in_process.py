"""Runs the daily job in this process, for the commands."""

import gc
from datetime import date
from pathlib import Path

from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings.settings import Settings
from pipelines.orchestration.folder import JOB
from pipelines.orchestration.home.home import prepare, records_explained
from pipelines.orchestration.own_run import run_steps
from pipelines.orchestration.records.known_job import known_job, note_job
from pipelines.run.daily_run import DailyRun


def run_in_process(data: Path, opened: DailyRun, day: date, tags: dict[str, str]) -> None:
    """Run the daily job for a day, recorded in the folder's Dagster instance like a scheduled run.

    Dagster executes the first run of a home and the first one after a change of code, because only Dagster can record
    the job's definition.

    Raises:
        AuthmeterError: a stage failed; the last good report is still served.
    """
    # Modules loaded by now stay loaded: the collector need not visit them.
    gc.freeze()
    home = prepare(data)
    with records_explained(data):
        if job := known_job(home):
            run_steps(home, job, opened, day, tags)
        else:
            # The job reads its own manifest; with many files, each takes hundreds of megabytes.
            opened.loaded = None
            note_job(home, _run_by_dagster(home, data, day, tags))


def _run_by_dagster(home: Path, data: Path, day: date, tags: dict[str, str]) -> str:
    import dagster as dg

    from pipelines.orchestration.definitions.as_dagster import InstancePartitions
    from pipelines.orchestration.definitions.code_location import build_definitions
    from pipelines.orchestration.definitions.resource import DataFolder
    from pipelines.orchestration.partitions import add_days
    from pipelines.orchestration.records.in_process_records import open_instance

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    # The schedule is not used, so the settings' time is not needed.
    job = build_definitions(DataFolder(path=str(data)), Settings()).resolve_job_def(JOB)
    with open_instance(home) as instance:
        try:
            add_days(InstancePartitions(instance), [day])
            done = job.execute_in_process(run_config=quiet, instance=instance, partition_key=str(day), tags=tags)
            return done.run_id
        except dg.DagsterError as error:
            raise AuthmeterError(f"The run failed in Dagster: {error}", where=str(data / "dagster")) from error
