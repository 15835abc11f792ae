"""The steps of the daily run (`steps.py`) as Dagster's assets, from landing to site."""

import dagster as dg

from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration import asset_metadata, steps
from pipelines.orchestration.definitions.as_dagster import InstancePartitions, Yielded, as_dagster, metadata_of
from pipelines.orchestration.definitions.asset_checks import spec_of
from pipelines.orchestration.partitions import BUSINESS_DAYS, run_day
from pipelines.orchestration.steps import StepInputs
from pipelines.run.daily_run import DailyRun


@dg.asset(group_name="landing", kinds={"s3"}, description=steps.fetched_objects.__doc__)
def fetched_objects(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of fetching objects from buckets."""
    yield from as_dagster(context, steps.fetched_objects(_work(context, data)))


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


@dg.asset(
    group_name="events",
    kinds={"parquet"},
    # Depends on both: `landing` has no step, so only the dependency on `fetched_objects` makes fetching run first.
    deps=[landing, fetched_objects],
    check_specs=[spec_of("file_books")],
    description=steps.event_parts.__doc__,
)
def event_parts(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of reading landed files."""
    yield from as_dagster(context, steps.event_parts(_work(context, data)))


@dg.asset(
    group_name="days",
    kinds={"parquet"},
    deps=[event_parts, registry],
    partitions_def=dg.DynamicPartitionsDefinition(name=BUSINESS_DAYS),
    check_specs=[spec_of("day_books_and_keys")],
    description=steps.day_tables.__doc__,
)
def day_tables(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of rolling up days."""
    yield from as_dagster(context, steps.day_tables(_work(context, data)))


# The step always builds all tables, and yields results for the selected ones.
@dg.multi_asset(
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
)
def marts(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of building the published tables."""
    yield from as_dagster(context, steps.marts(_work(context, data)))


@dg.multi_asset(
    name="render_site",
    can_subset=True,
    description=steps.reports.__doc__,
    specs=[
        dg.AssetSpec(
            "site",
            group_name="reports",
            kinds={"html"},
            deps=list(TABLES),
            description="The published pages, replaced in one step.",
        ),
        dg.AssetSpec(
            "exports",
            group_name="reports",
            kinds={"csv"},
            deps=list(TABLES),
            description="The CSV files of the site: the detail of each app, the usage of all, and the months.",
        ),
    ],
)
def reports(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of rendering the site and its exports."""
    yield from as_dagster(context, steps.reports(_work(context, data)))


@dg.asset(group_name="reports", kinds={"html", "s3"}, deps=["site", "exports"], description=steps.site_copy.__doc__)
def site_copy(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Yielded:
    """Yield the results of copying the site to a bucket."""
    yield from as_dagster(context, steps.site_copy(_work(context, data)))


def _work(context: dg.AssetExecutionContext, data: DailyRun) -> StepInputs:
    return StepInputs(data, run_day(context.run.tags, data), InstancePartitions(context.instance))
