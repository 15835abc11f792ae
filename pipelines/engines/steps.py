"""Steps of a plan made in a DuckDB, whichever engine it belongs to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.common.sql import literal
from pipelines.contract.day_tables import DAY_TABLES, DayBooks
from pipelines.engines.base import DayPlan, Step
from pipelines.store.keys import require_unique_keys
from pipelines.store.part_records import PartRecords, create_records

# What DuckDB takes at most for a device, in all that holds the devices of a range.
_DEVICE_BYTES = 200
_EVENTS = "SELECT *, false AS is_late FROM live_records WHERE day = getvariable('day')"
_EVENTS_OR_LATE = (
    "SELECT live_records.*, coalesce(row_in_file(record_number) >= first_row, false) AS is_late "
    "FROM live_records LEFT JOIN late_rows USING (filename, file) WHERE day = getvariable('day')"
)
_SOURCES = pa.schema([("filename", pa.string()), ("file", pa.int32()), ("source", pa.string())])


def create_events(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, day: date, parts: Sequence[PartRecords], late: pa.Table
) -> None:
    """The events of a day in these parts, and the sources of their files, as the plan wants them; `late` are
    `LATE_ROWS`.
    """
    places = [
        (str(file), place, source) for part in parts for file in part.files for place, source in part.sources.items()
    ]
    connection.register("file_sources", pa.table([list(column) for column in zip(*places, strict=True)], _SOURCES))
    connection.execute("SET VARIABLE day = $day", {"day": day})
    # Views are made anew for each day: the plan of an older one keeps its values.
    create_records(connection, "live_records", parts)
    connection.register("late_rows", late)
    create_view(connection, "events", plan.events or (_EVENTS_OR_LATE if late.num_rows else _EVENTS))


def make(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step], values: Mapping[str, object]) -> None:
    """Makes steps, each a relation of its name."""
    for step in steps:
        kind = "VIEW" if step.is_read_once else "TABLE"
        connection.execute(f"CREATE OR REPLACE TEMP {kind} {step.name} AS {step.query}", named(step.query, values))


def make_records(connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object]) -> None:
    """Makes what a plan says of records, from `events` to `device_records`."""
    make(connection, plan.copies, values)
    create_view(connection, "counted_records", plan.counted_records)
    make(connection, (*plan.record_steps, plan.device_records), values)


def make_devices(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object], records: int, memory: int
) -> None:
    """Makes what a plan says of devices, those of so many `records`, within some bytes of memory."""
    for place, devices in enumerate(device_ranges(records, memory)):
        given = {**values, **devices}
        make(connection, plan.range_steps, given)
        for step in plan.range_sums:
            target = f"INSERT INTO {step.name}" if place else f"CREATE OR REPLACE TEMP TABLE {step.name} AS"
            connection.execute(f"{target} {step.query}", named(step.query, given))


def add_up(connection: duckdb.DuckDBPyConnection, step: Step, source: str) -> None:
    """Makes a step of what was made of some of the records each, and stands in the relation `source`."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {added_up(connection, step, source)}")


def added_up(connection: duckdb.DuckDBPyConnection, step: Step, source: str) -> str:
    """The query of that."""
    if not step.adds:
        return f"SELECT * FROM {source}"
    columns = connection.table(source).columns
    kept = (f"sum({name})::BIGINT AS {name}" if name in step.adds else name for name in columns)
    return f"SELECT {', '.join(kept)} FROM {source} GROUP BY ALL"


def write_tables(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object], target: Path
) -> DayBooks:
    """Makes the last steps, writes the tables into the folder `target`, and gives the books of the day.

    Raises:
        BooksError: a key is there twice.
    """
    make(connection, plan.last_steps, values)
    for table in plan.tables:
        file = literal(str(target / f"{table.name}.parquet"))
        copy = f"COPY ({table.query}) TO {file} (FORMAT parquet, COMPRESSION zstd)"
        connection.execute(copy, named(table.query, values))
        # The books, and the check of the keys, look at what was written, not at what was meant to be.
        create_view(connection, table.name, f"FROM read_parquet({file}, hive_partitioning = false)")
    keys = {table.name: DAY_TABLES[table.name] for table in plan.tables}
    require_unique_keys(connection, keys, {name: name for name in keys}, f"tables of {values['day']}")
    return DayBooks(*connection.execute(plan.books).fetchall()[0])


def create_view(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """A view that lives as long as the connection."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def named(query: str, values: Mapping[str, object]) -> dict[str, object]:
    """Of the values those that a query names."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", query))}


def device_ranges(records: int, memory: int) -> list[dict[str, int]]:
    """The ranges of devices that are made one after the other, so that those of so many records fit in memory.

    They are equally wide: hashes are spread evenly.
    """
    ranges = 1 + records * _DEVICE_BYTES // memory
    width, lowest = -(-(1 << 64) // ranges), -(1 << 63)
    return [
        {"first_device": first, "last_device": min(first + width, 1 << 63) - 1}
        for first in range(lowest, 1 << 63, width)
    ]
