"""Runs the steps of a plan in DuckDB. All engines use it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.common.digests import digest_of
from pipelines.contract.tables.day_tables import DAY_TABLES, DayBooks
from pipelines.engines.base import APP_BITS, ROWS_AT_ONCE, DayPlan, Step
from pipelines.engines.day_files import write_days
from pipelines.store.part_records import PartRecords, create_records

# The most bytes that DuckDB needs for a device or a subject in all relations of a range.
_HASH_BYTES = 200
# The most memory for a range, even if more is free: 20 million records take the same CPU time in five ranges as in one,
# and the roll-up of their day needs 1.65 GB instead of 2.4.
_MOST_RANGE_BYTES = 10**9
_EVENTS = "SELECT *, false AS is_late FROM live_records WHERE day IN ({days})"
_EVENTS_OR_LATE = (
    "SELECT live_records.*, coalesce(row_in_file(record_number) >= first_row, false) AS is_late "
    "FROM live_records LEFT JOIN late_rows USING (filename, file, day) WHERE day IN ({days})"
)
_BOOKED = pa.schema([("day", pa.date32()), ("records", pa.int64())])
_SOURCES = pa.schema([("filename", pa.string()), ("file", pa.int32()), ("source", pa.string())])


def create_plan(connection: duckdb.DuckDBPyConnection, plan: DayPlan) -> None:
    """Create the relations and macros of the plan, which do not depend on the days."""
    for name, rows in plan.relations.items():
        connection.register(name, rows)
    for statement in plan.macros:
        connection.execute(statement)


def create_batch(connection: duckdb.DuckDBPyConnection, batch: pa.Table) -> None:
    """Create the relation `batch_days` of a batch of days, and two macros: `app_number` combines the numbers of a day
    and an app, and `day_number_of` extracts the number of the day.
    """
    connection.register("batch_days", batch)
    connection.execute(
        f"CREATE OR REPLACE TEMP MACRO app_number(day_number, place) AS ((day_number << {APP_BITS}) + place)::INTEGER"
    )
    # For a single day, the macro is a constant: it costs nothing per record, and the day may have more apps than fit
    # into `APP_BITS`.
    number = f"app >> {APP_BITS}" if len(batch) > 1 else "0"
    connection.execute(f"CREATE OR REPLACE TEMP MACRO day_number_of(app) AS ({number})")


def days_of(batch: pa.Table) -> list[date]:
    """Return the days of a batch, in order."""
    return list(batch["day"].to_pylist())


def create_events(
    connection: duckdb.DuckDBPyConnection, batch: pa.Table, parts: Sequence[PartRecords], late: pa.Table
) -> None:
    """Create the relations `events` and `file_sources` of a batch of days from `parts`; `late` has the schema
    `LATE_ROWS`.
    """
    places = [
        (str(file), place, source) for part in parts for file in part.files for place, source in part.sources.items()
    ]
    connection.register("file_sources", pa.table([list(column) for column in zip(*places, strict=True)], _SOURCES))
    # Views are created again for each batch, because an older view keeps the values of its batch.
    create_records(connection, "live_records", parts)
    connection.register("late_rows", late)
    query = _EVENTS_OR_LATE if late.num_rows else _EVENTS
    create_view(connection, "events", query.format(days=", ".join(f"DATE '{day}'" for day in days_of(batch))))


def make(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step], values: Mapping[str, object]) -> None:
    """Run steps. Each creates a relation with the name of the step."""
    for step in steps:
        kind = "VIEW" if step.is_view else "TABLE"
        connection.execute(f"CREATE OR REPLACE TEMP {kind} {step.name} AS {step.query}", named(step.query, values))


def make_words(connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object]) -> None:
    """Run the steps that find copies. Then create `counted_records`, the events without copies, and run `word_steps`
    on it.
    """
    make(connection, plan.copies, values)
    *found, _ = plan.copies
    drop(connection, found)
    create_view(connection, "counted_records", plan.counted_records)
    make(connection, plan.word_steps, values)


def make_devices(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object], records: int, memory: int
) -> None:
    """Run `range_steps` and `range_sums` over `device_records`, which has at most `records` rows. One range of devices
    may use `memory` bytes. Then drop the tables of `range_steps`.
    """
    for place, (first, last) in enumerate(hash_ranges(records, memory)):
        given = {**values, "first_device": first, "last_device": last}
        make_range(connection, (*plan.range_steps, *plan.range_sums), given, place)
    drop(connection, plan.range_steps)


def make_range(
    connection: duckdb.DuckDBPyConnection, steps: Iterable[Step], values: Mapping[str, object], place: int
) -> None:
    """Run steps over one range of the records; `place` is the index of the range. The rows of a step with `adds` are
    appended to its rows of earlier ranges; the relations of other steps are replaced.
    """
    for step in steps:
        if place and step.adds is not None:
            connection.execute(f"INSERT INTO {step.name} {step.query}", named(step.query, values))
        else:
            make(connection, (step,), values)


def drop(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step]) -> None:
    """Drop the tables of the steps whose `adds` is None. Call it after the last step that reads one of these tables."""
    for step in steps:
        if step.adds is None and not step.is_view:
            connection.execute(f"DROP TABLE {step.name}")


def add_up(connection: duckdb.DuckDBPyConnection, step: Step, source: str) -> None:
    """Create the relation of a step from the relation `source`, which contains the results of the step for several
    subsets of the records. The columns `step.adds` are summed over rows that agree in all other columns.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {added_up(connection, step, source)}")


def added_up(connection: duckdb.DuckDBPyConnection, step: Step, source: str) -> str:
    """Return the query that combines the results of a step in `source`; see `add_up`."""
    if not step.adds:
        return f"SELECT * FROM {source}"
    columns = connection.table(source).columns
    kept = (f"sum({name})::BIGINT AS {name}" if name in step.adds else name for name in columns)
    return f"SELECT {', '.join(kept)} FROM {source} GROUP BY ALL"


def write_tables(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, values: Mapping[str, object], batch: pa.Table, target: Path
) -> dict[date, DayBooks]:
    """Run the last steps, write the tables of each day into a folder named after the day, and return the books by day.

    Raises:
        BooksError: a table contains a key twice.
    """
    make(connection, plan.last_steps, values)
    folders = {day: target / str(day) for day in days_of(batch)}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    digests: dict[str, dict[date, bytes]] = {}
    booked: list[pa.RecordBatch] = []
    for table in plan.tables:
        # With `execute`, half of these queries would return their rows in any order.
        rows = connection.sql(table.query, params=named(table.query, values)).to_arrow_reader(ROWS_AT_ONCE)
        given = _booked(rows, booked) if table.name == plan.booked_table else rows
        digests[table.name] = write_days(given, rows.schema, table.name, DAY_TABLES[table.name], folders)
    connection.register(plan.booked_table, pa.Table.from_batches(booked, _BOOKED))
    contents = {day: digest_of(digests[name][day] for name in sorted(digests)) for day in folders}
    return {
        day: DayBooks(accepted, counted, unmapped, in_outcomes, contents[day])
        for day, accepted, counted, unmapped, in_outcomes in connection.execute(plan.books).fetchall()
    }


def _booked(rows: Iterable[pa.RecordBatch], booked: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the batches unchanged, and append the columns from which the books are computed to `booked`."""
    for batch in rows:
        booked.append(batch.select(_BOOKED.names).cast(_BOOKED))
        yield batch


def create_view(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Create a temporary view."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def named(query: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return the values whose names occur in a query as parameters."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", query))}


def fit_in_memory(records: int, memory: int) -> bool:
    """Return whether the devices or subjects of so many records fit in `memory` bytes together."""
    return records * _HASH_BYTES <= memory


def hash_ranges(records: int, memory: int) -> list[tuple[int, int]]:
    """Return ranges of hashes, each as its first and last hash, to process one after another.

    The devices or subjects of one range fit in `memory` bytes, or in 1 GB if `memory` is more. `records` is the number
    of records of all devices or subjects.
    """
    # Ranges of equal width have about as many devices, as hashes are distributed evenly.
    ranges = 1 + records * _HASH_BYTES // min(memory, _MOST_RANGE_BYTES)
    width, lowest = -(-(1 << 64) // ranges), -(1 << 63)
    return [(first, min(first + width, 1 << 63) - 1) for first in range(lowest, 1 << 63, width)]
