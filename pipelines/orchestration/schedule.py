"""When it runs: every day at the business time of the settings, on by default, for the day that has just closed.

A tick that was missed is made up for by the next one: each run closes every day that is overdue.
"""

from datetime import UTC, datetime

import dagster as dg

from pipelines.alerts.due import alert_if_late
from pipelines.contract.settings import data_folder, load_settings

JOB = "daily"

daily_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Reads new logs, closes every day that is over, publishes tables and reports.",
)


@dg.sensor(minimum_interval_seconds=600, default_status=dg.DefaultSensorStatus.RUNNING)
def late_day_sensor() -> dg.SkipReason:
    """Tells whom the settings name that a day is over and not published; it starts no run."""
    told = alert_if_late(data_folder(None), datetime.now(UTC))
    return dg.SkipReason("told that days are late" if told else "nothing to tell")


_hour, _minute = load_settings(data_folder(None)).schedule_time.split(":")

daily_schedule = dg.build_schedule_from_partitioned_job(
    daily_job,
    name="daily_schedule",
    hour_of_day=int(_hour),
    minute_of_hour=int(_minute),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
