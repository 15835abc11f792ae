"""The steps of the daily run: each calls a stage of `DailyRun` and yields the results of its assets and checks.

Dagster runs them as assets (`assets.py`), and shows the docstrings; commands run them in the order of `STEPS`
(`own_run.py`).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.common.days import last_due_day
from pipelines.common.errors import BooksError
from pipelines.contract.checks import FOLDER_CHECKS
from pipelines.contract.settings.settings import load_settings
from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration import asset_metadata
from pipelines.orchestration.partitions import Partitions, days_to_record, match_partitions_to_days
from pipelines.orchestration.results import Evaluated, Made, Metadata, Observed, Result
from pipelines.run.daily_run import DailyRun
from pipelines.store.site_publication import publication_of_site
from pipelines.store.store import Store

FRESHNESS = "yesterday_is_published"
Results = Iterator[Result]


@dataclass(frozen=True)
class StepInputs:
    """The inputs of a step: the run, the day that it closes, and Dagster's partitions."""

    run: DailyRun
    day: date
    partitions: Partitions


@dataclass(frozen=True)
class RunStep:
    """A step: the assets that it makes, the checks that it evaluates, and the function that runs it (`results`)."""

    name: str
    assets: tuple[str, ...]
    checks: tuple[str, ...]
    results: Callable[[StepInputs], Results]


def fetched_objects(work: StepInputs) -> Results:
    """New objects of the buckets in `[[fetch]]`, as files of `landing/`."""
    begun = time.monotonic()
    report = work.run.fetch()
    yield Made(
        "fetched_objects",
        {
            "buckets": report.buckets,
            "new_files": report.objects,
            "new_bytes": report.bytes,
            "waiting_files": report.waiting,
            "buckets_with_findings": len(report.findings),
            "seconds": time.monotonic() - begun,
        },
    )


def event_parts(work: StepInputs) -> Results:
    """The records of landed files as Parquet parts, typed and pseudonymised, with the books of each file."""
    begun, run = time.monotonic(), work.run
    report = run.ingest(work.day)
    unbalanced = [entry.path for entry in report.read if entry.records_read != entry.accepted + entry.rejected]
    yield Observed("landing", asset_metadata.landing_metadata(run.store.landing))
    yield Made(
        "event_parts",
        {
            **asset_metadata.parts_metadata(run.manifest),
            "new_files": len(report.read),
            "new_records": report.records,
            "damaged_files": len(report.damaged),
            "held_files": len(report.held),
            "still_changing_files": len(report.changing),
            "seconds": time.monotonic() - begun,
        },
    )
    yield Evaluated("file_books", not unbalanced, {"unbalanced_files": len(unbalanced)})


def day_tables(work: StepInputs) -> Results:
    """The tables of each business day, de-duplicated. One run computes every day that is overdue or changed."""
    begun, run, day, partitions = time.monotonic(), work.run, work.day, work.partitions
    try:
        report = run.roll_up(day)
    except BooksError as error:
        yield _failed("day_books_and_keys", error)
        raise
    manifest, site = run.manifest, run.store.site
    match_partitions_to_days(partitions, manifest)
    for other in sorted({*report.days, *days_to_record(partitions, manifest, "day_tables")} - {day}):
        holds = {**asset_metadata.day_metadata(manifest, other, site), "closed_by_run_of": str(day)}
        yield Made("day_tables", holds, str(other))
    yield Made(
        "day_tables",
        {
            **asset_metadata.day_metadata(manifest, day, site),
            "days": len(manifest.days),
            "new_days": len(report.days),
            "new_records": report.records,
            "restated_figures": report.restated_figures,
            "seconds": time.monotonic() - begun,
        },
        str(day),
    )
    yield Evaluated("day_books_and_keys", True, {"new_days": len(report.days)})


def marts(work: StepInputs) -> Results:
    """The published DuckDB file with all tables, for the closed days; replaced in one step."""
    begun = time.monotonic()
    try:
        work.run.build_marts()
    except BooksError as error:
        yield _failed("table_keys", error)
        raise
    yield from _made(asset_metadata.table_metadata(work.run.store), time.monotonic() - begun)
    yield Evaluated("table_keys", True, {})


def daily_checks(work: StepInputs) -> Results:
    """The checks that warn about the data folder: as found by the run's roll-up or, without a roll-up, as of now."""
    results = {result.check_name: result for result in work.run.checks}
    for name in sorted(FOLDER_CHECKS):
        if result := results.get(name):
            yield Evaluated(name, result.passed, {"finding": result.detail.en})


def reports(work: StepInputs) -> Results:
    """The site: pages and CSV files of the same run."""
    begun = time.monotonic()
    work.run.render_site()
    yield from _made(asset_metadata.site_metadata(work.run.store.site), time.monotonic() - begun)


def site_copy(work: StepInputs) -> Results:
    """The site in the bucket of `[publish]`; pages are copied after the files that they load."""
    begun = time.monotonic()
    report = work.run.publish_site()
    yield Made(
        "site_copy",
        {
            "new_files": report.files if report else 0,
            "new_bytes": report.bytes if report else 0,
            "removed_files": report.removed if report else 0,
            "seconds": time.monotonic() - begun,
        },
    )


def freshness(work: StepInputs) -> Results:
    """Whether each day that is due is published. Dagster's own freshness policy also accepts a run for another day."""
    passed, finding = yesterday_is_published(work.run.store.data, datetime.now(UTC))
    yield Evaluated(FRESHNESS, passed, {"finding": finding})


STEPS = (
    RunStep("fetched_objects", ("fetched_objects",), (), fetched_objects),
    RunStep("event_parts", ("event_parts",), ("file_books",), event_parts),
    RunStep("day_tables", ("day_tables",), ("day_books_and_keys",), day_tables),
    RunStep("build_marts", tuple(TABLES), ("table_keys",), marts),
    RunStep("daily_checks", (), tuple(FOLDER_CHECKS), daily_checks),
    RunStep("render_site", ("site", "exports"), (), reports),
    RunStep("freshness_check", (), (FRESHNESS,), freshness),
    RunStep("site_copy", ("site_copy",), (), site_copy),
)


def yesterday_is_published(data: Path, now: datetime) -> tuple[bool, str]:
    """Return whether every day that is due is published, and a text with the published as-of and the last due day.

    Days that are rolled up but not on the site do not count.

    Raises:
        AuthmeterError: settings cannot be read.
    """
    settings = load_settings(data)
    site = publication_of_site(Store(data).site)
    due = last_due_day(now, settings.timezone, settings.alerts.late_after)
    return site is not None and site.as_of >= due, f"published as of {site.as_of if site else 'no day'}, due: {due}"


def _made(holds: dict[str, Metadata], seconds: float) -> Results:
    for name, metadata in holds.items():
        yield Made(name, {**metadata, "seconds": seconds})


def _failed(check: str, error: BooksError) -> Evaluated:
    return Evaluated(check, False, {"finding": error.what})
