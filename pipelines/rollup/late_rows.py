"""Which of a day's stored records came late: after their day was closed, and not as the path had given them in time.

The books of a content say how many of its records of a day are late (`ingest.count_late`); a log grows at its end, so
these are its last ones.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa

from pipelines.common.sql import sql
from pipelines.contract.settings import Settings
from pipelines.engines.base import LATE_ROWS
from pipelines.store.database import workbench
from pipelines.store.manifest import FileEntry
from pipelines.store.part_records import PartRecords, create_records, record_files
from pipelines.store.store import Store


def late_rows(store: Store, settings: Settings, day: date, entries: Iterable[FileEntry]) -> pa.Table:
    """The rows from which on records are late, as `LATE_ROWS`, over the contents that have a part."""
    found = [
        row
        for entry in entries
        if entry.part and day in entry.days and entry.days[day].late
        for row in _of_content(store, settings, day, entry)
    ]
    return pa.Table.from_pylist([dict(zip(LATE_ROWS.names, row, strict=True)) for row in found], LATE_ROWS)


def _of_content(store: Store, settings: Settings, day: date, entry: FileEntry) -> Iterator[tuple[str, int, int]]:
    files = record_files(store.part_folder(str(entry.part)))
    names = [str(file) for file in files]
    first_name, first_row = names[0], 0
    if in_time := entry.days[day].accepted - entry.days[day].late:
        with workbench(settings, store.temp, [store.warehouse]) as connection:
            create_records(connection, "content", [PartRecords(files, {entry.place: entry.source})])
            values = {"place": entry.place, "day": day, "in_time": in_time}
            first_name, first_row = connection.execute(sql("pipelines.rollup", "first_late_row"), values).fetchall()[0]
    yield first_name, entry.place, first_row
    # The pieces of a file lie in its order.
    yield from ((name, entry.place, 0) for name in names[names.index(first_name) + 1 :])
