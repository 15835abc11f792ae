"""The daily job in this process, as the commands run it."""

import gc
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings import Settings
from pipelines.orchestration.code_location import build_definitions
from pipelines.orchestration.home import prepare
from pipelines.orchestration.partitions import add_days
from pipelines.orchestration.records import open_instance
from pipelines.orchestration.resource import JOB, DataFolder


def run_in_process(data: Path, day: date, tags: dict[str, str]) -> None:
    """Runs the daily job for a day, recorded in the folder's Dagster instance as a scheduled run is.

    Raises:
        AuthmeterError: a box could not do its work; the last good report stands.
    """
    # All that is loaded by now stays: the collector need not look through it.
    gc.freeze()
    home = prepare(data)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    # The schedule is no part of it: the settings' time is not asked for.
    job = build_definitions(DataFolder(path=str(data)), Settings()).resolve_job_def(JOB)
    with open_instance(home) as instance:
        try:
            add_days(instance, [day])
            job.execute_in_process(run_config=quiet, instance=instance, partition_key=str(day), tags=tags)
        except dg.DagsterError as error:
            raise AuthmeterError(f"The run failed in Dagster: {error}", where=str(data / "dagster")) from error
