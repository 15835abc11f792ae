"""Builds the definitions that Dagster loads: assets, checks, job, schedule and sensors."""

import dagster as dg

from pipelines.contract.settings.settings import Settings
from pipelines.orchestration.definitions.asset_checks import daily_checks, freshness_check
from pipelines.orchestration.definitions.assets import (
    day_tables,
    event_parts,
    fetched_objects,
    landing,
    marts,
    registry,
    reports,
    site_copy,
)
from pipelines.orchestration.definitions.landing_sensor import build_landing_sensor
from pipelines.orchestration.definitions.resource import DataFolder
from pipelines.orchestration.definitions.schedule import (
    build_late_day_sensor,
    build_schedule,
    daily_job,
    freshness_of_site,
)


def build_definitions(folder: DataFolder, settings: Settings) -> dg.Definitions:
    """Return all definitions of the project. The folder is not read here, but by runs and sensors.

    Args:
        settings: time of day and zone of the schedule.
    """
    site = dg.AssetKey("site")
    fresh_reports, *_ = dg.map_asset_specs(
        lambda spec: (
            spec.replace_attributes(freshness_policy=freshness_of_site(settings)) if spec.key == site else spec
        ),
        [reports],
    )
    return dg.Definitions(
        assets=[fetched_objects, landing, registry, event_parts, day_tables, marts, fresh_reports, site_copy],
        asset_checks=[daily_checks, freshness_check],
        jobs=[daily_job],
        schedules=[build_schedule(settings)],
        sensors=[build_late_day_sensor(folder), build_landing_sensor(folder)],
        resources={"data": folder},
        executor=dg.in_process_executor,
    )
