"""The steps of the daily run (`steps.py`) as Dagster's assets, from landing to site."""

from typing import Any

import dagster as dg

from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration import asset_metadata, steps
from pipelines.orchestration.definitions.as_dagster import Step, Yielded, as_dagster, metadata_of
from pipelines.orchestration.definitions.asset_checks import spec_of
from pipelines.orchestration.partitions import BUSINESS_DAYS
from pipelines.run.daily_run import DailyRun


def _asset(step: Step, declared: Any) -> dg.AssetsDefinition:
    """Return the asset or assets that Dagster makes by running a step; `declared` is the decorator of the asset."""

    def compute(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
        yield from as_dagster(context, data, step)

    made: dg.AssetsDefinition = declared(compute)
    return made


def _one(step: Step, group: str, kinds: set[str], **declared: Any) -> dg.AssetsDefinition:
    """Return the asset with the name and the docstring of its step."""
    name = step.__name__
    return _asset(step, dg.asset(name=name, group_name=group, kinds=kinds, description=step.__doc__, **declared))


fetched_objects = _one(steps.fetched_objects, "landing", {"s3"})
landing = dg.AssetSpec(
    "landing",
    group_name="landing",
    kinds={"json", "csv", "parquet"},
    deps=[fetched_objects],
    description="The logs in `landing/`, fetched from buckets or delivered there.",
)
registry = dg.AssetSpec(
    "registry",
    group_name="landing",
    kinds={"csv"},
    description="Apps, schemes, result codes and notes from `registry/`.",
)
# Depends on both: `landing` has no step, so only the dependency on `fetched_objects` makes fetching run first.
event_parts = _one(
    steps.event_parts, "events", {"parquet"}, deps=[landing, fetched_objects], check_specs=[spec_of("file_books")]
)
day_tables = _one(
    steps.day_tables,
    "days",
    {"parquet"},
    deps=[event_parts, registry],
    partitions_def=dg.DynamicPartitionsDefinition(name=BUSINESS_DAYS),
    check_specs=[spec_of("day_books_and_keys")],
)
# The step always builds all tables, and yields results for the selected ones.
marts = _asset(steps.marts, dg.multi_asset(
    name="build_marts",
    can_subset=True,
    check_specs=[spec_of("table_keys")],
    description=steps.marts.__doc__,
    specs=[
        dg.AssetSpec(
            table.name,
            group_name="marts",
            kinds={"duckdb", "table"},
            deps=[day_tables, registry],
            description=f"One row per {table.grain}.",
            metadata=metadata_of(
                {
                    asset_metadata.COLUMNS: asset_metadata.table_columns(table),
                    "dagster/table_name": f"authmeter.main.{name}",
                }
            ),
        )
        for name, table in TABLES.items()
    ],
))  # fmt: skip
_MADE_FROM_TABLES = {
    "site": ({"html"}, "The published pages, replaced in one step."),
    "exports": ({"csv"}, "The CSV files of the site: the detail of each app, the usage of all, and the months."),
}
reports = _asset(steps.reports, dg.multi_asset(
    name="render_site",
    can_subset=True,
    description=steps.reports.__doc__,
    specs=[
        dg.AssetSpec(name, group_name="reports", kinds=kinds, deps=list(TABLES), description=words)
        for name, (kinds, words) in _MADE_FROM_TABLES.items()
    ],
))  # fmt: skip
site_copy = _one(steps.site_copy, "reports", {"html", "s3"}, deps=["site", "exports"])
