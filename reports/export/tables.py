"""Exports of the published tables and views: whole, or the rows of a span of days where rows are of one.

Here: which rows. Columns are those of the table and rows lie in the order of its key. How they become a file is in
`files.py`.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.common.days import Window
from pipelines.common.errors import UsageError
from pipelines.contract.tables.tables import TABLES, VIEWS, Table
from pipelines.store.database import open_published
from reports.export.column_words import Language
from reports.export.files import require_format, require_target, write_query

# By the columns that say when a row was, the first that a table has all of: its rows that touch a span. The day of a
# time is that of the business zone, which the session has.
_IN_SPAN: Final = {
    ("day",): "day BETWEEN $first AND $last",
    ("month",): "month BETWEEN date_trunc('month', $first::DATE) AND $last",
    ("first_day", "last_day"): "first_day <= $last AND coalesce(last_day, $last) >= $first",
    ("read_at",): "read_at::DATE BETWEEN $first AND $last",
}


@dataclass(frozen=True)
class TableRequest:
    """What is to be exported: a table's rows of the days of `span`, of None all, as `csv`, `parquet` or `xlsx`, to
    `target`, which is replaced whole.
    """

    table: str
    span: Window | None
    format: str
    target: Path


def export_table(database: Path, request: TableRequest, language: Language = "") -> int:
    """Writes rows of a published table or view and returns their number.

    Of a table by month these are the months with a day in the span; of incidents and periods, those with one; of a
    table without days, all.

    Args:
        database: the published DuckDB file; only read.
        language: of the headings.

    Raises:
        UsageError: nothing is published, unknown table or format, a span that ends before it begins, a target that
            cannot be, too many rows for xlsx.
    """
    require_format(request.format)
    require_target(request.target, request.format)
    query, values = _query(published_table(request.table), request.span)
    with closing(open_published(database)) as connection:
        ((as_of, zone),) = connection.execute("SELECT as_of, time_zone FROM publication").fetchall()
        # Times stand in a file as on the pages.
        connection.execute("SET TimeZone = $zone", {"zone": zone})
        return write_query(connection, query, values, request.format, request.target, as_of, language)


def has_days(table: str) -> bool:
    """Whether rows of a published table or view are of a day, so that a span chooses among them.

    Raises:
        UsageError: no such table is published.
    """
    return _in_span(published_table(table)) is not None


def published_table(name: str, where: str = "--table") -> Table:
    """Return a published table or view; `where` is the argument that names it.

    Raises:
        UsageError: no such table is published.
    """
    known = TABLES | VIEWS
    if name not in known:
        raise UsageError(
            f"No table {name!r} is published.",
            where=where,
            do=f"Give one of {', '.join(sorted(known))}.",
        )
    return known[name]


def _query(table: Table, span: Window | None) -> tuple[str, dict[str, object]]:
    if span is None:
        return table.query(table.name), {}
    if span.last < span.first:
        raise UsageError(
            f"The span ends ({span.last}) before it begins ({span.first}).", do="Give the earlier day as --from."
        )
    condition = _in_span(table)
    if condition is None:
        return table.query(table.name), {}
    return table.query(table.name, condition), {"first": span.first, "last": span.last}


def _in_span(table: Table) -> str | None:
    return next((condition for columns, condition in _IN_SPAN.items() if table.columns.keys() >= set(columns)), None)
