"""Finds the first late row of each file and day. A record is late if its file delivered it after the day was closed.

The books of a file give the number of its late records of a day (`ingest/entries.py`). As logs are only appended to,
the late records are the last records of that day in the file.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.common.errors import BooksError
from pipelines.contract.measures.sql import sql
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import LATE_ROWS
from pipelines.store.database import workbench
from pipelines.store.manifest import FileEntry
from pipelines.store.part_records import PartRecords, create_records, record_files
from pipelines.store.store import Store


def late_rows(store: Store, settings: Settings, days: Sequence[date], entries: Iterable[FileEntry]) -> pa.Table:
    """Return, for each content, where the late records of each day begin: rows with the schema `LATE_ROWS`.

    A content without late records on a day has no row. If a content has several record files, each file after the one
    with its first late record has a row with `first_row` 0.

    Args:
        days: the days to search.
        entries: the contents to search.
    """
    wanted = set(days)
    late = [
        (entry, [day for day in entry.days if day in wanted and entry.days[day].late])
        for entry in entries
        if entry.part
    ]
    found: list[tuple[str, int, date, int]] = []
    if any(of_entry for _, of_entry in late):
        with workbench(settings, store.temp, [store.warehouse]) as connection:
            for entry, of_entry in late:
                if of_entry:
                    found += _of_content(connection, record_files(store.part_folder(str(entry.part))), entry, of_entry)
    return pa.Table.from_pylist([dict(zip(LATE_ROWS.names, row, strict=True)) for row in found], LATE_ROWS)


def _of_content(
    connection: duckdb.DuckDBPyConnection, files: tuple[Path, ...], entry: FileEntry, days: Sequence[date]
) -> Iterator[tuple[str, int, date, int]]:
    names = [str(file) for file in files]
    in_time = {day: entry.days[day].in_time for day in days}
    starts = dict.fromkeys(days, (names[0], 0))
    if counted := {day: count for day, count in in_time.items() if count}:
        create_records(connection, "content", [PartRecords(files, {entry.place: entry.source})])
        values = {"place": entry.place, "days": list(counted), "in_time": list(counted.values())}
        found = connection.execute(sql("pipelines.rollup", "records/first_late_rows"), values).fetchall()
        if len(found) < len(counted):
            raise BooksError(
                f"{entry.path} has fewer records in the store than in its books.",
                where="roll-up",
                why="Which of its records came late is not known.",
            )
        starts |= {day: (name, row) for day, name, row in found}
    for day, (first_name, first_row) in starts.items():
        yield first_name, entry.place, day, first_row
        # Pieces are in the order of the file, so later pieces are late from their first row on.
        yield from ((name, entry.place, day, 0) for name in names[names.index(first_name) + 1 :])
