"""The Dagster instance of a data folder, `<data>/dagster`: its settings, and the daily job run in this process."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import durable
from pipelines.errors import AuthmeterError

if TYPE_CHECKING:
    import dagster as dg

# One run at a time; a run whose process died is marked failed and lets the next one in; nothing is sent anywhere.
_SETTINGS = """\
# Written by authmeter; see docs/operator.md before you change it.
telemetry:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 43200
  free_slots_after_run_end_seconds: 60
run_retries:
  enabled: true
  max_retries: 2
"""


def prepare(data: Path) -> Path:
    """Makes the instance's folder and settings where they are missing, and points Dagster to it; gives the folder."""
    home = data / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        durable.write_file(home / "dagster.yaml", _SETTINGS.encode())
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["AUTHMETER_DATA"] = str(data)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    return home


def execute(data: Path, day: date, tags: dict[str, str]) -> "dg.ExecuteInProcessResult":
    """Runs the daily job for a day in this process, recorded in the instance as a scheduled run is.

    Raises:
        AuthmeterError: a box could not do its work; the last good report stands.
    """
    prepare(data)
    import dagster as dg

    from pipelines.definitions import definitions
    from pipelines.schedule import JOB

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.get() as instance:
        job = definitions.resolve_job_def(JOB)
        try:
            return job.execute_in_process(run_config=quiet, instance=instance, partition_key=str(day), tags=tags)
        except dg.DagsterError as error:
            raise AuthmeterError(f"The run failed in Dagster: {error}", where=str(data / "dagster")) from error
