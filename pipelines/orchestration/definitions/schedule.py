"""Defines the daily schedule, which is on by default, the freshness policy of the site, and the sensor of late days.

Each run closes all overdue days, so the first run after a downtime makes up for the missed runs.
"""

from datetime import UTC, datetime, time, timedelta

import dagster as dg
from dagster import AssetCheckEvaluation

from pipelines.alerts.due import alert_if_late, result_of_late_alert
from pipelines.common.days import last_closed_day
from pipelines.contract.checks import CHECKS
from pipelines.contract.settings.settings import Settings
from pipelines.orchestration.definitions.as_dagster import InstancePartitions
from pipelines.orchestration.definitions.resource import DataFolder
from pipelines.orchestration.folder import JOB
from pipelines.orchestration.home.home import end_runs_of_killed_commands
from pipelines.orchestration.partitions import add_days
from pipelines.orchestration.steps import FRESHNESS, yesterday_is_published

daily_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    executor_def=dg.in_process_executor,
    description="Reads new logs, closes every day that is over, publishes tables and reports.",
)


def build_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Return the daily schedule, at `schedule_time` of the settings, in their time zone."""
    hour, minute = settings.schedule_time.split(":")

    @dg.schedule(
        job=daily_job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Publishes the day before. After a downtime, the first tick's run closes all overdue days.",
    )
    def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = last_closed_day(context.scheduled_execution_time, settings.timezone)
        add_days(InstancePartitions(context.instance), [day])
        return dg.RunRequest(run_key=str(day), partition_key=str(day))

    return daily_schedule


def freshness_of_site(settings: Settings) -> dg.FreshnessPolicy:
    """Return Dagster's freshness policy: each day, the site must be made between the scheduled time and `late_after`.

    Dagster shows the state on the asset `site`. Unlike the check `yesterday_is_published`, the policy accepts a site
    for any day.
    """
    due = time.fromisoformat(settings.alerts.late_after)
    begins = time.fromisoformat(settings.schedule_time)
    minutes = (due.hour - begins.hour) * 60 + due.minute - begins.minute
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"{due.minute} {due.hour} * * *",
        lower_bound_delta=timedelta(minutes=minutes if minutes > 0 else minutes + 24 * 60),
        timezone=settings.timezone,
    )


def build_late_day_sensor(folder: DataFolder) -> dg.SensorDefinition:
    """Return the sensor that checks whether the last day that is due is published, and sends an alert if not.

    It also ends the recorded runs of killed commands, which would delay the next run.
    """

    @dg.sensor(
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends an alert to the receivers in the settings if a day is over and not published. It starts no "
        "run, but marks the runs of killed commands as failed, so that waiting runs can start.",
    )
    def late_day_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        data, now = folder.folder, datetime.now(UTC)
        # First, because an error in Dagster's records must not keep the alert back.
        is_sent = alert_if_late(data, now)
        # Only one run may be active, so the run of a killed command would keep all others waiting.
        end_runs_of_killed_commands(context.instance, data)
        passed, finding = yesterday_is_published(data, now)
        evaluation = AssetCheckEvaluation(
            asset_key=dg.AssetKey(CHECKS[FRESHNESS].asset), check_name=FRESHNESS, passed=passed,
            severity=dg.AssetCheckSeverity.WARN, metadata={"finding": dg.MetadataValue.text(finding)},
        )  # fmt: skip
        return dg.SensorResult(
            skip_reason=result_of_late_alert(data, is_sent=is_sent),
            cursor=finding,
            asset_events=[] if finding == context.cursor else [evaluation],
        )

    return late_day_sensor
