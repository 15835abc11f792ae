"""Rare changes that commands make through Dagster's own code: end dead runs, remove old records, record failures.

Dagster is imported lazily: importing takes more time than all else in a run with nothing new.
"""

import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from pipelines.orchestration.home.home import end_dead_runs, forget_old_runs
from pipelines.orchestration.home.record_files import RUNS, SCHEDULES, open_records
from pipelines.run.daily_run import DailyRun

_DEAD = "SELECT 1 FROM runs WHERE status IN ('STARTED', 'CANCELING') AND run_id <> ? LIMIT 1"
_OLD_RUN = "SELECT 1 FROM runs WHERE status IN ('SUCCESS', 'FAILURE', 'CANCELED') AND create_timestamp < ? LIMIT 1"
# Only ticks of existing schedules: Dagster, too, keeps the ticks of removed schedules.
_OLD_TICK = """
    SELECT 1 FROM job_ticks JOIN instigators USING (selector_id) WHERE job_ticks.timestamp < ? LIMIT 1
"""


def tidy_records(home: Path, run: DailyRun, run_id: str) -> None:
    """End dead runs, and remove records that are older than the settings keep. The caller holds the lock.

    Args:
        run_id: id of the caller's own run.
    """
    days = run.settings.keep_runs_days
    before = f"{run.now - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}"
    with closing(open_records(home / RUNS)) as runs, closing(open_records(home / SCHEDULES)) as schedules:
        is_tidy = not (
            runs.execute(_DEAD, [run_id]).fetchall()
            or runs.execute(_OLD_RUN, [before]).fetchall()
            or schedules.execute(_OLD_TICK, [before]).fetchall()
        )
    if is_tidy:
        return
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        end_dead_runs(instance, but=run_id)
        forget_old_runs(instance, run.now, days)


def report_failure(home: Path, run_id: str, step: str | None) -> None:
    """Record that the run failed with the exception being handled: in `step`, or outside of all steps if `step` is
    None.
    """
    import dagster as dg
    from dagster._core.events import DagsterEvent, DagsterEventType
    from dagster._core.execution.plan.objects import StepFailureData
    from dagster._utils.error import serializable_error_info_from_exc_info

    with dg.DagsterInstance.from_config(str(home)) as instance:
        run = instance.get_run_by_id(run_id)
        if run is None:
            return
        error = serializable_error_info_from_exc_info(sys.exc_info())
        if step:
            event = DagsterEvent(
                event_type_value=DagsterEventType.STEP_FAILURE.value,
                job_name=run.job_name,
                step_key=step,
                event_specific_data=StepFailureData(error=error, user_failure_data=None),  # type: ignore[no-untyped-call]
                message=f'Execution of step "{step}" failed.',
            )
            instance.report_dagster_event(event, run_id)
        failed = f"Steps failed: {[step]}." if step else "An exception was thrown during execution."
        instance.report_run_failed(run, failed)
