"""`authmeter export`: writes the detail or stored records of an app, the usage of a month, or a published table."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.common.errors import UsageError, older_publication
from pipelines.common.text import counted
from pipelines.contract.settings.settings import load_settings
from pipelines.store.published_file import open_published, published_as_of
from pipelines.store.store import Store
from reports.export.exports import ExportRequest, export_detail, export_events, export_month, require_app
from reports.export.tables import TableRequest, export_table, has_days


def run_export(data: Path, request: ExportRequest, *, is_of_events: bool) -> None:
    """Write the daily detail of one app, or its masked stored records if `is_of_events`.

    Raises:
        UsageError: the target is in a folder that only runs may write; also as `export_detail` or `export_events`.
    """
    store, first, last, settings = Store(data), request.first, request.last, load_settings(data)
    _refuse_own_place(store, request.target)
    manifest, as_of = store.read_manifest(), published_as_of(store.database)
    published = {day for day in manifest.days if first <= day <= min(last, as_of)}
    if is_of_events:
        with closing(open_published(store.database)) as connection:
            require_app(connection, request.app_key)
        of_days = {entry.part for entry in manifest.live_files() if published & entry.days.keys()}
        parts = store.part_records(entry for entry in manifest.live_files() if entry.part in of_days)
        until = replace(request, last=min(last, as_of) if parts else last)
        temp = store.export_temp()
        try:
            rows = export_events(parts, until, settings, temp)
        finally:
            shutil.rmtree(temp, ignore_errors=True)
    else:
        rows = export_detail(store.database, request, settings.csv_language)
    if not published:
        print(f"no published day between {first} and {last}")
    _report(rows, request.target, last, as_of)


def run_month_export(data: Path, month: date, format: str, target: Path) -> None:
    """Write the usage of all apps in a calendar month, given by its first day.

    Raises:
        UsageError: the target is in a folder that only runs may write; also as `export_month`.
    """
    store = Store(data)
    _refuse_own_place(store, target)
    _report(export_month(store.database, month, format, target, load_settings(data).csv_language), target)


def run_table_export(data: Path, request: TableRequest) -> None:
    """Write a published table, or its rows of a span. A table without days is written whole, with a message.

    Raises:
        UsageError: the target is in a folder that only runs may write, or the published tables are of an older version;
            also as `export_table`.
    """
    store = Store(data)
    _refuse_own_place(store, request.target)
    try:
        rows = export_table(store.database, request, load_settings(data).csv_language)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise older_publication(store.database, str(error).splitlines()[0]) from None
    span = request.span
    if span and not has_days(request.table):
        print(f"the rows of {request.table} have no day: the whole table is exported")
        span = None
    _report(rows, request.target, span.last if span else None, published_as_of(store.database))


def _report(rows: int, target: Path, last: date | None = None, as_of: date | None = None) -> None:
    """Print the number of rows written, and, for a span, a notice if its last days are not published yet."""
    if last and as_of and last > as_of:
        print(f"published as of {as_of}: days after it are not in the export")
    print(f"{counted(rows, 'row')}: {target}")


def _refuse_own_place(store: Store, target: Path) -> None:
    if place := store.own_place(target):
        raise UsageError(
            f"The export would be written into the data folder's own {place.name}.",
            where=str(target),
            why="Only runs write published and stored files there, and every file in landing/ is read as a log.",
            do="Name a file elsewhere with --out.",
        )
