"""Runs the steps over the sign-in sessions of a batch of days, one range of subjects after another."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.engines.base import DayPlan, Step
from pipelines.engines.steps import create_view, drop, fit_in_memory, hash_ranges, make, make_range, named


def make_sessions(
    connection: duckdb.DuckDBPyConnection,
    plan: DayPlan,
    values: Mapping[str, object],
    records: int,
    memory: int,
    temp: Path,
) -> None:
    """Run the steps from the sign-in records to the sums of sessions. Then drop the tables that no later step reads.

    Args:
        records: the number of records of the batch, by the books.
        memory: the bytes that one range of subjects may use. If all subjects need more, the sign-in records are written
            to files in `temp`.
        temp: a folder that the connection may write to.
    """
    sign_ins, *counts = plan.sign_in_steps
    others = (*counts, *plan.subjects.steps)
    ranges = len(hash_ranges(records, memory))
    if fit_in_memory(records, memory):
        make(connection, (sign_ins, *others), values)
        _make_ranges(connection, plan, values, ranges)
        drop(connection, (sign_ins, *others, *plan.session_steps))
        return
    with _in_files(connection, sign_ins, values, ranges, temp) as folder:
        _read(connection, sign_ins, folder.glob("*/*.parquet"))
        make(connection, others, values)
        _make_ranges(connection, plan, values, ranges, folder)
        drop(connection, (*others, *plan.session_steps))
        connection.execute(f"DROP VIEW {sign_ins.name}")


def _make_ranges(
    connection: duckdb.DuckDBPyConnection,
    plan: DayPlan,
    values: Mapping[str, object],
    ranges: int,
    folder: Path | None = None,
) -> None:
    """Run the steps of sessions for each range of subjects. The sign-in records are a table, or files in `folder`."""
    sign_ins, subjects = plan.sign_in_steps[0], plan.subjects.subject_records
    for place in range(ranges):
        if folder:
            _read(connection, sign_ins, folder.glob(f"place={place}/*.parquet"))
        if ranges > 1:
            # Needed with files too: `found_records`, whose subjects are found by attempts, has records of all ranges.
            of_range = f"SELECT * FROM ({subjects.query}) WHERE {_place(ranges)} = {place}"
            create_view(connection, subjects.name, of_range)
        make_range(connection, plan.session_steps, values, place)


def _place(ranges: int) -> str:
    """Return the SQL expression for a row's range: the index computed from `low`, the lower half of its subject."""
    return f"(low & 65535) % {ranges}"


@contextmanager
def _in_files(
    connection: duckdb.DuckDBPyConnection, step: Step, values: Mapping[str, object], ranges: int, temp: Path
) -> Iterator[Path]:
    """Write the rows of a step to files by range, in one pass, and yield their folder; it is deleted at the end.

    A table that exceeds memory is spilled, and each range would read all of it from disk again: with 40 million records
    the steps then took six times as long. Unlike spilled data, the files are not encrypted, as the stored parts
    with the same values are not.
    """
    folder = temp / step.name
    target = str(folder).replace("'", "''")
    try:
        connection.execute(
            f"COPY (SELECT *, {_place(ranges)} AS place FROM ({step.query})) TO '{target}' "
            "(FORMAT parquet, COMPRESSION snappy, PARTITION_BY (place))",
            named(step.query, values),
        )
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(connection: duckdb.DuckDBPyConnection, step: Step, files: Iterable[Path]) -> None:
    """Create the relation of a step as a view of files with its rows."""
    paths = sorted(map(str, files))
    connection.execute(f"SET VARIABLE {step.name} = $paths", {"paths": paths})
    rows = f"read_parquet(getvariable('{step.name}'), hive_partitioning = false)"
    create_view(connection, step.name, f"FROM {rows}" if paths else f"FROM ({step.query}) WHERE false")
