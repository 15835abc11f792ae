"""`authmeter export`: writes the detail or stored records of an app, the usage of a month, or a published table."""

import shutil
import signal
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import typer

from pipelines.common.days import Window
from pipelines.common.errors import UsageError
from pipelines.common.process.ending import ends_in_order
from pipelines.common.text import counted
from pipelines.contract.settings.settings import load_settings
from pipelines.store.published_file import published_as_of, published_tables
from pipelines.store.store import Store
from reports.content.published import end_of_month
from reports.export.exports import ExportRequest, export_detail, export_events, export_month, require_app
from reports.export.tables import TableRequest, export_table, has_days


@dataclass(frozen=True)
class ExportOptions:
    """The options of the command. `first` and `last` are days, `month` is the first day of a month; `out` is the file
    to write, None for a file in the current folder that is named after the export.
    """

    app_key: str | None
    first: date | None
    last: date | None
    month: date | None
    table: str | None
    format: str
    is_of_events: bool
    out: Path | None


@ends_in_order(signal.SIGTERM, signal.SIGHUP)
def run_export(data: Path, options: ExportOptions) -> None:
    """Write a published table, the usage of all apps in a month, or the daily detail or masked records of one app.

    Raises:
        BadParameter: the options contradict each other.
        UsageError: the target is in a folder that only runs may write, or a function of `reports/export` refuses the
            export.
    """
    of_month, first, last = options.month, options.first, options.last
    if options.table:
        if options.app_key or of_month or options.is_of_events:
            raise typer.BadParameter("cannot be combined with --app, --month or --events", param_hint="--table")
        if bool(first) != bool(last):
            raise typer.BadParameter("give both days or neither", param_hint="--from, --to")
        span = Window(first, last) if first and last else None
        target = _target(options, options.table, *((first, last) if span else ()))
        _export_table(Store(data), TableRequest(options.table, span, options.format, target))
        return
    if of_month and (first or last or (options.is_of_events and not options.app_key)):
        raise typer.BadParameter("needs no --from and --to, and --events needs --app", param_hint="--month")
    if of_month and not options.app_key:
        _export_month(Store(data), of_month, options.format, _target(options, "usage", f"{of_month:%Y-%m}"))
        return
    if of_month:
        first, last = of_month, end_of_month(of_month)
    if not options.app_key or not first or not last:
        raise typer.BadParameter("give an app and both days, a --month or a --table", param_hint="--app, --from, --to")
    named = (f"{of_month:%Y-%m}",) if of_month else (first, last)
    target = _target(options, options.app_key, *named, *(("events",) if options.is_of_events else ()))
    _export_app(Store(data), ExportRequest(options.app_key, first, last, options.format, target), options.is_of_events)


def _target(options: ExportOptions, *named: object) -> Path:
    return (options.out or Path(f"{'_'.join(map(str, named))}.{options.format}")).absolute()


def _export_app(store: Store, request: ExportRequest, is_of_events: bool) -> None:
    """Write the daily detail of one app, or its masked stored records if `is_of_events`."""
    first, last, settings = request.first, request.last, load_settings(store.data)
    _refuse_own_place(store, request.target)
    manifest, as_of = store.read_manifest(), published_as_of(store.database)
    published = {day for day in manifest.days if first <= day <= min(last, as_of)}
    if is_of_events:
        with published_tables(store.database) as connection:
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
    gone = sorted(day for day in published if is_of_events and not manifest.has_events_of(day))
    if gone:
        days = counted(len(gone), "published day")
        print(f"retention removed the events of {days} from {gone[0]} to {gone[-1]}: they are not in the export")
    if not published:
        print(f"no published day between {first} and {last}")
    _report(rows, request.target, last, as_of)


def _export_month(store: Store, month: date, format: str, target: Path) -> None:
    """Write the usage of all apps in a calendar month, given by its first day."""
    _refuse_own_place(store, target)
    _report(export_month(store.database, month, format, target, load_settings(store.data).csv_language), target)


def _export_table(store: Store, request: TableRequest) -> None:
    """Write a published table, or its rows of a span.

    If its rows have no day, write the whole table, and print that a requested span is ignored.
    """
    _refuse_own_place(store, request.target)
    rows = export_table(store.database, request, load_settings(store.data).csv_language)
    span = request.span
    if span and not has_days(request.table):
        print(f"the rows of {request.table} have no day: the whole table is exported")
        span = None
    _report(rows, request.target, span.last if span else None, published_as_of(store.database))


def _report(rows: int, target: Path, last: date | None = None, as_of: date | None = None) -> None:
    """Print the number of rows, and a hint if `last`, the last day of a span, is not published yet (after `as_of`)."""
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
