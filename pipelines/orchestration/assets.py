"""From landing to site: the boxes of the daily run as Dagster assets, each thin: call the box, say what it holds."""

import time
from collections.abc import Iterator

import dagster as dg

from pipelines.common.errors import BooksError
from pipelines.contract.tables import TABLES
from pipelines.orchestration import holdings
from pipelines.orchestration.asset_checks import spec_of
from pipelines.orchestration.partitions import business_days, days_to_record, keep_in_line, run_day
from pipelines.run.daily_run import DailyRun

Results = Iterator["dg.MaterializeResult[None] | dg.AssetCheckResult"]

landing = dg.AssetSpec(
    "landing",
    group_name="landing",
    kinds={"json", "csv", "parquet"},
    description="The logs, dropped into `landing/` by whatever delivers them.",
)
registry = dg.AssetSpec(
    "registry",
    group_name="landing",
    kinds={"csv"},
    description="Apps, schemes, result codes and notes, as `registry/` has them.",
)


@dg.asset(
    group_name="events",
    kinds={"parquet"},
    deps=[landing],
    check_specs=[spec_of("file_books")],
)
def event_parts(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """Each landed file as one Parquet part of typed, pseudonymised events, with its books."""
    begun = time.monotonic()
    report = data.ingest(run_day(context, data))
    unbalanced = [entry.path for entry in report.read if entry.records_read != entry.accepted + entry.rejected]
    context.log_event(dg.AssetObservation("landing", metadata=holdings.of_landing(data.store.landing)))
    yield dg.MaterializeResult(
        metadata={
            **holdings.of_parts(data.manifest),
            "new_files": len(report.read),
            "new_records": report.records,
            "damaged_files": len(report.damaged),
            "held_files": len(report.held),
            "still_changing_files": len(report.changing),
            "seconds": time.monotonic() - begun,
        }
    )
    yield dg.AssetCheckResult(
        passed=not unbalanced, check_name="file_books", metadata={"unbalanced_files": len(unbalanced)}
    )


@dg.asset(
    group_name="days",
    kinds={"parquet"},
    deps=[event_parts, registry],
    partitions_def=business_days,
    check_specs=[spec_of("day_books_and_keys")],
)
def day_tables(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """The additive tables of each business day, de-duplicated. One run closes every day that is overdue or changed."""
    begun, day = time.monotonic(), run_day(context, data)
    try:
        report = data.roll_up(day)
    except BooksError as error:
        yield _failed("day_books_and_keys", error)
        raise
    manifest, site = data.manifest, data.store.site
    keep_in_line(context.instance, manifest)
    for other in sorted({*report.days, *days_to_record(context.instance, manifest, "day_tables")} - {day}):
        holds = {**holdings.of_day(manifest, other, site), "closed_by_run_of": str(day)}
        context.log_event(dg.AssetMaterialization("day_tables", partition=str(other), metadata=holds))
    yield dg.MaterializeResult(
        metadata={
            **holdings.of_day(manifest, day, site),
            "days": len(manifest.days),
            "new_days": len(report.days),
            "new_records": report.records,
            "restated_figures": report.restated_figures,
            "seconds": time.monotonic() - begun,
        }
    )
    yield dg.AssetCheckResult(passed=True, check_name="day_books_and_keys", metadata={"new_days": len(report.days)})


# Asked for one table, the box makes them all; reported is what was asked for.
@dg.multi_asset(
    name="build_marts",
    can_subset=True,
    check_specs=[spec_of("table_keys")],
    specs=[
        dg.AssetSpec(
            table.name,
            group_name="marts",
            kinds={"duckdb", "table"},
            deps=[day_tables, registry],
            description=f"One row per {table.grain}.",
            metadata={holdings.COLUMNS: holdings.table_columns(table), "dagster/table_name": f"authmeter.main.{name}"},
        )
        for name, table in TABLES.items()
    ],
)
def marts(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """The published DuckDB file with all tables, of whole and closed days; put in place in one step."""
    begun = time.monotonic()
    try:
        data.build_marts()
    except BooksError as error:
        yield _failed("table_keys", error)
        raise
    yield from _made(context, holdings.of_tables(data.store), time.monotonic() - begun)
    if spec_of("table_keys").key in context.selected_asset_check_keys:
        yield dg.AssetCheckResult(asset_key="publication", check_name="table_keys", passed=True)


@dg.multi_asset(
    name="render_site",
    can_subset=True,
    specs=[
        dg.AssetSpec(
            "site",
            group_name="reports",
            kinds={"html"},
            deps=list(TABLES),
            description="The published pages, switched to in one step.",
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
def reports(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """Pages and CSV files, of one version."""
    begun = time.monotonic()
    data.render_site()
    yield from _made(context, holdings.of_site(data.store.site), time.monotonic() - begun)


def _made(context: dg.AssetExecutionContext, holds: dict[str, holdings.Metadata], seconds: float) -> Results:
    for name, metadata in holds.items():
        if dg.AssetKey(name) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=name, metadata={**metadata, "seconds": seconds})


def _failed(check: str, error: BooksError) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec_of(check).asset_key, check_name=check, passed=False, metadata={"finding": error.what}
    )
