"""Turns the rows of a query into a CSV, Parquet or xlsx file, without holding them all in memory.

Here: the file formats of exports. Which rows they hold is in `exports.py`; how a CSV cell is made harmless is in
`reports/csv_files.py`, the same for the site and for exports.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl
import xlsxwriter

from pipelines.atomic import whole_file
from pipelines.errors import UsageError
from reports.csv_files import csv_bytes, harmless

FORMATS: Final = ("csv", "parquet", "xlsx")
# An Excel sheet has 2^20 rows, and the first holds the headings.
XLSX_MAX_ROWS: Final = 1_048_575
_ROWS_AT_ONCE = 50_000
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "DATE": pl.Date,
    "BIGINT": pl.Int64,
    "INTEGER": pl.Int32,
    "DOUBLE": pl.Float64,
    "VARCHAR": pl.String,
}
# A workbook names the time of its making; a fixed one keeps equal exports equal.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_COLUMN_WIDTH = 16


def write_query(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any], format: str, target: Path
) -> int:
    """Writes the rows of `query` with bound `values` to `target`, whole or not at all; returns their number.

    Raises:
        UsageError: more rows than an xlsx sheet has, or `target` is a folder.
    """
    if target.is_dir():
        raise UsageError("The export's file name is a folder.", where=str(target), do="Give the name of a file.")
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
        write = {"csv": _write_csv, "xlsx": _write_xlsx}[format]
        return write(temporary, connection.execute(query, values))


def _count(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any]) -> int:
    return _number(connection.execute(f"SELECT count(*) FROM ({query})", values))


def _number(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    assert row is not None
    return int(row[0])


def _chunks(result: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield rows


def _write_csv(path: Path, result: duckdb.DuckDBPyConnection) -> int:
    """The same bytes as one `csv_bytes` over all rows: BOM and header stand before the first chunk only."""
    schema = [(column[0], _TYPES[str(column[1])]) for column in result.description]
    header = csv_bytes(pl.DataFrame(schema=schema))
    written = 0
    with path.open("wb") as file:
        file.write(header)
        for rows in _chunks(result):
            frame = harmless(pl.DataFrame(rows, schema=schema, orient="row"))
            file.write(csv_bytes(frame)[len(header) :])
            written += len(rows)
    return written


def _write_xlsx(path: Path, result: duckdb.DuckDBPyConnection) -> int:
    """Texts stay texts, also keys of digits and what looks like a formula or link; days and numbers are numbers."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    names = [column[0] for column in result.description]
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": _MADE})
        sheet = workbook.add_worksheet("authmeter")
        day_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        rate_format = workbook.add_format({"num_format": "0.00%"})
        heading = workbook.add_format({"bold": True})
        sheet.set_column(0, len(names) - 1, _COLUMN_WIDTH)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, heading)
        row_number = 0
        for rows in _chunks(result):
            for row in rows:
                row_number += 1
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(row_number, column, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(row_number, column, value, day_format)
                    elif isinstance(value, float):
                        sheet.write_number(row_number, column, value, rate_format)
                    elif value is not None:
                        sheet.write_number(row_number, column, value)
    return row_number
