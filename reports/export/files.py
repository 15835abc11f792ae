"""Turns the rows of a query into a CSV, Parquet or xlsx file, without holding them all in memory.

Here: the file formats of exports. Which rows they hold is in `exports.py`; how a CSV cell is made harmless is in
`csv_files.py`, and how a workbook is made in `workbook.py`, the same for the site and for exports.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.common.atomic import whole_file
from pipelines.common.errors import UsageError
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
    # A time stands as its text.
    "TIMESTAMP": pl.String,
    "TIMESTAMP WITH TIME ZONE": pl.String,
}


def require_format(format: str) -> None:
    """Refuses a format that is none of `FORMATS`.

    Raises:
        UsageError: it is none.
    """
    if format not in FORMATS:
        raise UsageError(f"The format {format!r} is not known.", do=f"Use one of {', '.join(FORMATS)}.")


def require_target(target: Path, format: str) -> None:
    """Refuses a file name that an export of that format should not be written to.

    Raises:
        UsageError: its ending is another format's, it is a folder, or its folder is not there.
    """
    ending = target.suffix.lower().removeprefix(".")
    if ending in FORMATS and ending != format:
        raise UsageError(
            f"The file's name ends in .{ending}, and the format is {format}.",
            where=str(target),
            why="A program that goes by the name could not open it.",
            do=f"Add --format {ending}, or name a file that ends in .{format}.",
        )
    if target.is_dir():
        raise UsageError("The export's file name is a folder.", where=str(target), do="Give the name of a file.")
    if not target.absolute().parent.is_dir():
        raise UsageError(
            "The folder of the export is not there.",
            where=str(target.absolute().parent),
            why="It may be mistyped.",
            do="Make it first, or name another.",
        )


def write_query(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: Mapping[str, Any],
    format: str,
    target: Path,
    made: date,
    language: Language = "",
) -> int:
    """Writes the rows of `query` with bound `values` to `target`, whole or not at all; returns their number.

    `made`, a day of the data, stands as the creation date of a workbook: equal exports are equal bytes. `language`
    is that of the headings; Parquet keeps the columns' names.

    Raises:
        UsageError: more rows than an xlsx sheet has.
    """
    if format == "xlsx" and (rows := _count(connection, query, values)) > XLSX_MAX_ROWS:
        raise UsageError(
            f"{rows:,} rows do not fit in an xlsx sheet, which holds {XLSX_MAX_ROWS:,}.",
            where=str(target),
            why="A cut export would give wrong sums without a word.",
            do="Export as csv or parquet, or choose fewer days.",
        )
    with whole_file(target) as temporary:
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
        yield [tuple(map(_without_time, row)) for row in rows] if has_times else rows


def _without_time(value: object) -> object:
    """The value, a time as its text in RFC 3339: one with an offset has it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _write_csv(path: Path, result: duckdb.DuckDBPyConnection, language: Language) -> int:
    """The same bytes as one `csv_bytes` over all rows: BOM and header stand before the first chunk only."""
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
