"""Runs the daily job in this process, for the commands."""

import gc
from datetime import date
from pathlib import Path

from pipelines.common.errors import AuthmeterError
from pipelines.orchestration.home.home import prepare, records_explained
from pipelines.orchestration.own_run import run_steps
from pipelines.orchestration.records.known_job import KnownJob, has_usual_files, known_job
from pipelines.run.daily_run import DailyRun


def run_in_process(data: Path, opened: DailyRun, day: date, tags: dict[str, str]) -> None:
    """Run the daily job for a day, recorded in the folder's Dagster instance like a scheduled run.

    Dagster itself executes the job only if the home's settings were edited or files of the home are missing, because
    runs may then be recorded elsewhere.

    Raises:
        AuthmeterError: a stage failed; the last good report is still served.
    """
    # Modules loaded by now stay loaded: the collector need not visit them.
    gc.freeze()
    home = prepare(data)
    with records_explained(data):
        if job := known_job(home) or _recorded_job(home, data):
            run_steps(home, job, opened, day, tags)
        else:
            # The job reads the manifest again; with many files, each copy takes hundreds of megabytes of memory.
            opened.loaded = None
            _run_by_dagster(home, data, day, tags)


def _recorded_job(home: Path, data: Path) -> KnownJob | None:
    """Record the definition of the job in a home that is new or was written by other code. Return the job, or None if
    Dagster itself must execute the run.
    """
    if not has_usual_files(home):
        return None
    # Imported lazily: importing Dagster takes more time than all else in a run with nothing new.
    from pipelines.orchestration.records.job_snapshots import record_job

    record_job(home, data)
    return known_job(home)


def _run_by_dagster(home: Path, data: Path, day: date, tags: dict[str, str]) -> None:
    import dagster as dg

    from pipelines.orchestration.definitions.as_dagster import InstancePartitions
    from pipelines.orchestration.partitions import add_days
    from pipelines.orchestration.records.job_snapshots import QUIET, daily_job

    with dg.DagsterInstance.from_config(str(home)) as instance:
        try:
            add_days(InstancePartitions(instance), [day])
            daily_job(data).execute_in_process(run_config=QUIET, instance=instance, partition_key=str(day), tags=tags)
        except dg.DagsterError as error:
            raise AuthmeterError(f"The run failed in Dagster: {error}", where=str(data / "dagster")) from error
