"""Table of contents for Dagster."""

import dagster as dg

from pipelines.assets import day_tables, event_parts, marts, site
from pipelines.data_folder import DataFolder
from pipelines.schedule import daily_job, daily_schedule, late_day_sensor
from pipelines.settings import data_folder

definitions = dg.Definitions(
    assets=[event_parts, day_tables, marts, site],
    jobs=[daily_job],
    schedules=[daily_schedule],
    sensors=[late_day_sensor],
    resources={"data": DataFolder(path=str(data_folder(None)))},
)
