"""`authmeter export`: the detail or the stored records of one app, or the usage of a month."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.common.errors import UsageError
from pipelines.common.text import counted
from pipelines.contract.settings import load_settings
from pipelines.store.database import open_published
from pipelines.store.store import Store
from reports.export.exports import ExportRequest, export_detail, export_events, export_month, require_app


def run_export(data: Path, request: ExportRequest, *, is_of_events: bool) -> None:
    """`authmeter export`: the daily detail, or the stored records, masked.

    Raises:
        UsageError: the target is of the data folder itself, or what the exports raise.
    """
    store, first, last = Store(data), request.first, request.last
    _refuse_own_place(store, request.target)
    manifest = store.read_manifest()
    as_of = manifest.as_of or last
    published = {day for day in manifest.days if first <= day <= min(last, as_of)}
    if is_of_events:
        with closing(open_published(store.database)) as connection:
            require_app(connection, request.app_key)
        of_days = {entry.part for entry in manifest.live_files() if published & entry.days.keys()}
        parts = store.part_records(entry for entry in manifest.live_files() if entry.part in of_days)
        until = replace(request, last=min(last, as_of) if parts else last)
        temp = store.export_temp()
        try:
            rows = export_events(parts, until, load_settings(data), temp)
        finally:
            shutil.rmtree(temp, ignore_errors=True)
    else:
        rows = export_detail(store.database, request)
    if not published:
        print(f"no published day between {first} and {last}")
    if last > as_of:
        print(f"published as of {as_of}: days after it are not in the export")
    print(f"{counted(rows, 'row')}: {request.target}")


def run_month_export(data: Path, month: date, format: str, target: Path) -> None:
    """`authmeter export --month`: the usage of all apps in a calendar month, named by its first day.

    Raises:
        UsageError: the target is of the data folder itself, or what the export raises.
    """
    store = Store(data)
    _refuse_own_place(store, target)
    rows = export_month(store.database, month, format, target)
    print(f"{counted(rows, 'row')}: {target}")


def _refuse_own_place(store: Store, target: Path) -> None:
    if place := store.own_place(target):
        raise UsageError(
            f"The export would lie in the data folder's own {place.name}.",
            where=str(target),
            why="What is published, stored or to be read there must come from runs and from you alone.",
            do="Name a file elsewhere with --out.",
        )
