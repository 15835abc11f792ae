"""When it runs: every day at the business time of the settings, on by default, for the day that has just closed.

A tick that was missed is made up for by the next one: each run closes every day that is overdue.
"""

import dagster as dg

from pipelines.settings import data_folder, load_settings

JOB = "daily"

daily_job = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Reads new logs, closes every day that is over, publishes tables and reports.",
)

_hour, _minute = load_settings(data_folder(None)).schedule_time.split(":")

daily_schedule = dg.build_schedule_from_partitioned_job(
    daily_job,
    name="daily_schedule",
    hour_of_day=int(_hour),
    minute_of_hour=int(_minute),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
