"""Writes the rows of a query to a CSV, Parquet or xlsx file, without holding all of them in memory.

`exports.py` and `tables.py` select the rows; `csv_files.py` makes CSV cells safe and `workbook.py` makes workbooks, for
the site as for exports.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.common.errors import UsageError
from pipelines.common.files.atomic import whole_file
from reports.export.column_words import Language
from reports.export.csv_files import csv_bytes, harmless
from reports.export.workbook import XLSX_MAX_ROWS, write_workbook

FORMATS: Final = ("csv", "parquet", "xlsx")
_ROWS_AT_ONCE = 50_000
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "DATE": pl.Date,
    "BIGINT": pl.Int64,
    "INTEGER": pl.Int32,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "VARCHAR": pl.String,
    # Times are written as text.
    "TIMESTAMP": pl.String,
    "TIMESTAMP WITH TIME ZONE": pl.String,
}


def require_format(format: str) -> None:
    """Raise UsageError if the format is not one of `FORMATS`."""
    if format not in FORMATS:
        raise UsageError(f"The format {format!r} does not exist.", do=f"Use one of {', '.join(FORMATS)}.")


def require_target(target: Path, format: str) -> None:
    """Refuse a file name that an export of that format should not be written to. Of a link, its end is examined.

    Raises:
        UsageError: the ending belongs to another format, the target is a folder, pipe or device, or its folder does not
            exist.
    """
    target = _end_of(target)
    ending = target.suffix.lower().removeprefix(".")
    if ending in FORMATS and ending != format:
        raise UsageError(
            f"The file's name ends in .{ending}, and the format is {format}.",
            where=str(target),
            why="Programs that use the file's ending could not open it.",
            do=f"Add --format {ending}, or give a file name that ends in .{format}.",
        )
    if target.is_dir():
        raise UsageError("The export's file name is a folder.", where=str(target), do="Give the name of a file.")
    if target.exists() and not target.is_file():
        raise UsageError(
            "The export's file name is a pipe or a device.",
            where=str(target),
            why="An export is written beside its target first, and then takes its place.",
            do="Give the name of a file.",
        )
    if not target.parent.is_dir():
        raise UsageError(
            "The folder of the export does not exist.",
            where=str(target.parent),
            why="Its name may be mistyped.",
            do="Create it first, or name another folder.",
        )


def _end_of(target: Path) -> Path:
    """Return the absolute path to which a path leads, if it is a link."""
    # `resolve` raises an error for a link that leads to itself.
    return Path(os.path.realpath(target))


def write_query(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: Mapping[str, Any],
    format: str,
    target: Path,
    made: date,
    language: Language = "",
) -> int:
    """Write the rows of `query` with bound `values` to `target`, completely or not at all, and return their number. If
    `target` is a link, the file that it leads to is written.

    `made`, a day of the data, is the creation date of workbooks, so that equal exports have equal bytes. `language` is
    that of the headings; Parquet keeps the column names.

    Raises:
        UsageError: more rows than an xlsx sheet has.
    """
    if format == "xlsx" and (rows := _count(connection, query, values)) > XLSX_MAX_ROWS:
        raise UsageError(
            f"{rows:,} rows do not fit in an xlsx sheet, which can hold {XLSX_MAX_ROWS:,}.",
            where=str(target),
            why="A truncated export would give wrong sums without a warning.",
            do="Export as csv or parquet, or choose fewer days.",
        )
    # A replaced link could be one of the machine, such as `/dev/stdout`.
    with whole_file(_end_of(target)) as temporary:
        if format == "parquet":
            copy = f"COPY ({query}) TO $path (FORMAT parquet, COMPRESSION zstd)"
            return _number(connection.execute(copy, {**values, "path": str(temporary)}))
        result = connection.execute(query, values)
        if format == "csv":
            return _write_csv(temporary, result, language)
        return _write_xlsx(temporary, result, made, language)


def _count(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any]) -> int:
    return _number(connection.execute(f"SELECT count(*) FROM ({query})", values))


def _number(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    assert row is not None
    return int(row[0])


def _chunks(result: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    has_times = any(str(column[1]).startswith("TIMESTAMP") for column in result.description)
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield [tuple(map(_time_as_text, row)) for row in rows] if has_times else rows


def _time_as_text(value: object) -> object:
    """Return the value; a time becomes RFC 3339 text, with its offset if it has one."""
    return value.isoformat() if isinstance(value, datetime) else value


def _write_csv(path: Path, result: duckdb.DuckDBPyConnection, language: Language) -> int:
    """Write rows in chunks with the same bytes as one `csv_bytes` call: BOM and header are written only once."""
    schema = [(column[0], _TYPES[str(column[1])]) for column in result.description]
    header = csv_bytes(pl.DataFrame(schema=schema), language)
    written = 0
    with path.open("wb") as file:
        file.write(header)
        for rows in _chunks(result):
            frame = harmless(pl.DataFrame(rows, schema=schema, orient="row"))
            file.write(csv_bytes(frame, language)[len(header) :])
            written += len(rows)
    return written


def _write_xlsx(path: Path, result: duckdb.DuckDBPyConnection, made: date, language: Language) -> int:
    names = [column[0] for column in result.description]
    return write_workbook(path, names, chain.from_iterable(_chunks(result)), made, path.parent, language)
