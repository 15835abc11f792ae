"""Table of contents for Dagster."""

import dagster as dg

from pipelines.contract.settings import data_folder
from pipelines.orchestration.assets import day_tables, event_parts, marts, site
from pipelines.orchestration.resource import DataFolder
from pipelines.orchestration.schedule import daily_job, daily_schedule, late_day_sensor

definitions = dg.Definitions(
    assets=[event_parts, day_tables, marts, site],
    jobs=[daily_job],
    schedules=[daily_schedule],
    sensors=[late_day_sensor],
    resources={"data": DataFolder(path=str(data_folder(None)))},
)
