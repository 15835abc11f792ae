"""Exports of the published tables and views: whole, or the rows of a span of days if rows have days.

This module selects the rows, with all columns of the table and sorted by its key. `files.py` writes them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pipelines.common.days import FIRST_DAY, Window, day_start
from pipelines.common.errors import UsageError, require_order
from pipelines.common.files.near_names import nearly
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.store.published_file import published_tables
from reports.export.column_words import Language
from reports.export.files import require_format, require_target, write_query

# Conditions for rows that touch a span, by the columns that date a row; the first entry whose columns a table has is
# used. Times are compared with the instants at which the span begins and ends in the business time zone.
_IN_SPAN: Final = {
    ("day",): "day BETWEEN $first AND $last",
    ("month",): "month BETWEEN date_trunc('month', $first::DATE) AND $last",
    ("first_day", "last_day"): "first_day <= $last AND coalesce(last_day, $last) >= $first",
    ("read_at",): "read_at >= $begin AND read_at < $end",
}


@dataclass(frozen=True)
class TableRequest:
    """One export: table, span of days (None for all), format (`csv`, `parquet` or `xlsx`), and the file to replace."""

    table: str
    span: Window | None
    format: str
    target: Path


def export_table(database: Path, request: TableRequest, language: Language = "") -> int:
    """Write rows of a published table or view and return their number.

    A span selects months, incidents and periods that contain one of its days. Tables without days are written whole.

    Args:
        database: the published DuckDB file; only read.
        language: of the headings.

    Raises:
        UsageError: nothing is published, the table or format is unknown, the span ends before it begins, the target
            cannot be written, or there are too many rows for xlsx.
    """
    require_format(request.format)
    require_target(request.target, request.format)
    query = _query(published_table(request.table), request.span)
    with published_tables(database) as connection:
        ((as_of, zone),) = connection.execute("SELECT as_of, time_zone FROM publication").fetchall()
        # Times are written in the business time zone, as on the pages.
        connection.execute("SET TimeZone = $zone", {"zone": zone})
        values = _bounds(query, request.span, zone) if request.span else {}
        return write_query(connection, query, values, request.format, request.target, as_of, language)


def has_days(table: str) -> bool:
    """Return whether a span of days selects rows of a published table or view: whether rows have a day, a month, a
    period or a time of reading.

    Raises:
        UsageError: no such table is published.
    """
    return _in_span(published_table(table)) is not None


def published_table(name: str, where: str = "--table") -> Table:
    """Return a published table or view by its name; `where` is the argument that the error names.

    Raises:
        UsageError: no such table is published.
    """
    known = TABLES | VIEWS
    if name not in known:
        raise UsageError(
            f"No table {name!r} is published.",
            where=where,
            do=f"Give one of {', '.join(sorted(known))}.{nearly(name, known)}",
        )
    return known[name]


def _query(table: Table, span: Window | None) -> str:
    if span is None:
        return table.query(table.name)
    require_order(span.first, span.last)
    condition = _in_span(table)
    return table.query(table.name) if condition is None else table.query(table.name, condition)


def _bounds(query: str, span: Window, zone: str) -> dict[str, object]:
    """Return the values of the query's parameters: the days of the span, or the instants of its begin and end."""
    # The last day of the calendar has no next one.
    after = min(span.last, date.max - timedelta(days=2)) + timedelta(days=1)
    bounds = {
        "first": span.first, "last": span.last, "begin": day_start(max(span.first, FIRST_DAY), zone),
        "end": day_start(max(after, FIRST_DAY), zone),
    }  # fmt: skip
    return {name: value for name, value in bounds.items() if f"${name}" in query}


def _in_span(table: Table) -> str | None:
    return next((condition for columns, condition in _IN_SPAN.items() if table.columns.keys() >= set(columns)), None)
