"""`authmeter export`: the detail or the stored records of one app."""

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

from pipelines.common.text import counted
from pipelines.contract.settings import load_settings
from pipelines.store.database import open_published
from pipelines.store.store import Store
from reports.export.exports import export_detail, export_events, require_app


def run_export(data: Path, app_key: str, first: date, last: date, format: str, events: bool, out: Path | None) -> None:
    """`authmeter export`: the daily detail, or with `events` the stored records, masked."""
    store = Store(data)
    manifest = store.read_manifest()
    as_of = manifest.as_of or last
    published = {day for day in manifest.days if first <= day <= min(last, as_of)}
    target = (out or Path(f"{app_key}_{first}_{last}{'_events' if events else ''}.{format}")).absolute()
    if events:
        with closing(open_published(store.database)) as connection:
            require_app(connection, app_key)
        parts = [entry.part for entry in manifest.live_files() if entry.part and published & entry.days.keys()]
        temp = store.export_temp()
        try:
            rows = export_events(
                store.part_files(parts),
                app_key,
                first,
                min(last, as_of) if parts else last,
                format,
                target,
                settings=load_settings(data),
                temp=temp,
            )
        finally:
            shutil.rmtree(temp, ignore_errors=True)
    else:
        rows = export_detail(store.database, app_key, first, last, format, target)
    if not published:
        print(f"no published day between {first} and {last}")
    print(f"{counted(rows, 'row')}: {target}")
