"""`authmeter export`: the detail or the stored records of one app."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipelines.common.text import counted
from pipelines.contract.settings import load_settings
from pipelines.store.database import open_published
from pipelines.store.store import Store
from reports.export.exports import ExportRequest, export_detail, export_events, require_app


def run_export(data: Path, request: ExportRequest, *, is_of_events: bool) -> None:
    """`authmeter export`: the daily detail, or the stored records, masked."""
    store, first, last = Store(data), request.first, request.last
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
    print(f"{counted(rows, 'row')}: {request.target}")
