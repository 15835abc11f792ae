"""The boxes as Dagster assets, one each and thin: call the box, report its numbers and checks."""

import time
from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.common.days import FIRST_DAY, last_closed_day
from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings import data_folder, load_settings
from pipelines.incidents.day_statistics import STATISTICS
from pipelines.run.daily_run import DailyRun

GROUP = "daily"
WARN_CHECKS = (
    "damaged_files", "held_files", "unreadable_folders", "registry_rows", "rejected_share", "nothing_accepted",
    "day_is_there", "unmapped_share", *STATISTICS,
)  # fmt: skip

business_days = dg.DailyPartitionsDefinition(
    start_date=str(FIRST_DAY), timezone=load_settings(data_folder(None)).timezone
)

Results = Iterator["dg.MaterializeResult[None] | dg.AssetCheckResult"]


def run_day(context: dg.AssetExecutionContext, run: DailyRun) -> date:
    """The run's day D: its partition, else the last day that is over."""
    tag = context.run.tags.get("dagster/partition")
    return date.fromisoformat(tag) if tag else last_closed_day(run.now, run.settings.timezone)


@dg.asset(group_name=GROUP, check_specs=[dg.AssetCheckSpec("file_books", asset="event_parts", blocking=True)])
def event_parts(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """Every landed file as one Parquet part of typed, pseudonymised events, with its books."""
    begun = time.monotonic()
    report = data.ingest(run_day(context, data))
    unbalanced = [entry.path for entry in report.read if entry.records_read != entry.accepted + entry.rejected]
    yield dg.MaterializeResult(
        metadata={
            "files": len(report.read),
            "records_read": report.records,
            "accepted": sum(entry.accepted for entry in report.read),
            "rejected": sum(entry.rejected for entry in report.read),
            "skipped": sum(entry.skipped for entry in report.read),
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
    group_name=GROUP,
    deps=[event_parts],
    partitions_def=business_days,
    check_specs=[dg.AssetCheckSpec("day_books_and_keys", asset="day_tables", blocking=True)]
    + [dg.AssetCheckSpec(name, asset="day_tables") for name in WARN_CHECKS],
)
def day_tables(context: dg.AssetExecutionContext, data: dg.ResourceParam[DailyRun]) -> Results:
    """Each business day's additive tables, de-duplicated. One run closes every day that is overdue or changed."""
    begun, day = time.monotonic(), run_day(context, data)
    try:
        report = data.roll_up(day)
    except AuthmeterError as error:
        yield dg.AssetCheckResult(passed=False, check_name="day_books_and_keys", metadata={"finding": error.what})
        raise
    metadata = {
        "days": len(report.days),
        "records": report.records,
        "restated_figures": report.restated_figures,
        "seconds": time.monotonic() - begun,
    }
    for other in report.days:
        if other != day:
            context.log_event(
                dg.AssetMaterialization("day_tables", partition=str(other), metadata={"closed_by_run_of": str(day)})
            )
    yield dg.MaterializeResult(metadata=metadata)
    yield dg.AssetCheckResult(passed=True, check_name="day_books_and_keys", metadata={"days": len(report.days)})
    for name in WARN_CHECKS:
        # Days that were closed together have a finding each.
        found = [check for check in data.checks if check.check_name == name]
        yield dg.AssetCheckResult(
            passed=all(check.passed for check in found), check_name=name, severity=dg.AssetCheckSeverity.WARN,
            metadata={"finding": "; ".join(check.detail_en for check in found)},
        )  # fmt: skip


@dg.asset(group_name=GROUP, deps=[day_tables])
def marts(data: dg.ResourceParam[DailyRun]) -> "dg.MaterializeResult[None]":
    """The published DuckDB file: every table, of whole and closed days."""
    begun = time.monotonic()
    report = data.build_marts()
    rows = report.rows if report else {}
    return dg.MaterializeResult(metadata={**rows, "tables": len(rows), "seconds": time.monotonic() - begun})


@dg.asset(group_name=GROUP, deps=[marts])
def site(data: dg.ResourceParam[DailyRun]) -> "dg.MaterializeResult[None]":
    """The published reports: pages and CSV files, switched to in one step."""
    begun = time.monotonic()
    report = data.render_site()
    files = {"apps": report.apps, "files": report.files, "bytes": report.bytes} if report else {"files": 0}
    return dg.MaterializeResult(metadata={**files, "seconds": time.monotonic() - begun})
