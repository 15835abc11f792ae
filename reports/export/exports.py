"""Exports for analysts: the detail of one app over any span, its stored records (masked), and the usage of a month.

This module selects the rows, `files.py` writes them. The site's CSV files use the same queries of `reports/content`, so
an exported CSV of the same span has the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.common.errors import UsageError, require_order
from pipelines.common.files.near_names import nearly
from pipelines.contract.measures.sql import sql
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.part_records import PartRecords, create_records
from pipelines.store.published_file import published_tables
from reports.content.listings import LISTINGS
from reports.content.published import detail_query, end_of_month
from reports.export.column_words import Language
from reports.export.exported_record import record_macro
from reports.export.files import require_format, require_target, write_query


@dataclass(frozen=True)
class ExportRequest:
    """One export: app, days from `first` to `last`, format (`csv`, `parquet` or `xlsx`), and the file to replace."""

    app_key: str
    first: date
    last: date
    format: str
    target: Path


def export_detail(database: Path, request: ExportRequest, language: Language = "") -> int:
    """Write the detail of one app and return the number of rows.

    Rows and columns are the same as in the app's detail CSV of the site. Days that are not published have no rows.

    Args:
        database: the published DuckDB file; only read.
        language: of the headings.

    Raises:
        UsageError: nothing is published, the app or format is unknown, the span ends before it begins, the target
            cannot be written, or there are too many rows for xlsx.
    """
    _check(request)
    with published_tables(database) as connection:
        require_app(connection, request.app_key)
        app = {"first_app": request.app_key, "last_app": request.app_key}
        values = app | {"first": request.first, "last": request.last}
        return write_query(connection, detail_query(), values, request.format, request.target, request.last, language)


def export_month(database: Path, month: date, format: str, target: Path, language: Language = "") -> int:
    """Write the usage of one calendar month, all apps, and return the number of rows.

    Rows and columns are the same as in the month's CSV of the site.

    Args:
        database: the published DuckDB file; only read.
        language: of the headings.
        month: the first day of the month.
        format: `csv`, `parquet` or `xlsx`.
        target: the file to replace.

    Raises:
        UsageError: nothing is published, the month has no published day, the format is unknown, the target cannot be
            written, or there are too many rows for xlsx.
    """
    _check_target(format, target)
    with published_tables(database) as connection:
        found = connection.execute("SELECT min(day), max(day) FROM day_quality").fetchone()
        first, last = found or (None, None)
        if not first or not first.replace(day=1) <= month <= last:
            published = f"{first:%Y-%m} to {last:%Y-%m}" if first else "none"
            raise UsageError(
                f"No day of {month:%Y-%m} is published.",
                where="--month",
                why="An empty file would look like a month without usage.",
                do=f"Name a published month: {published}.",
            )
        query = LISTINGS["usage_month"].query
        made = min(last, end_of_month(month))
        return write_query(connection, query, {"month": month.isoformat()}, format, target, made, language)


def require_app(connection: duckdb.DuckDBPyConnection, app_key: str) -> None:
    """Raise UsageError if an app is neither registered nor has logged."""
    if not connection.execute("SELECT count(*) FROM apps WHERE app_key = $key", {"key": app_key}).fetchall()[0][0]:
        known = [key for (key,) in connection.execute("SELECT app_key FROM apps ORDER BY app_key").fetchall()]
        raise UsageError(
            f"No app {app_key!r} is published.",
            where="--app",
            why="An empty result would look like an app without usage.",
            do="Give an app_key from registry/apps.csv or from the logs. The table `apps` lists them."
            + nearly(app_key, known),
        )


def export_events(parts: Sequence[PartRecords], request: ExportRequest, settings: Settings, temp: Path) -> int:
    """Write the stored records of one app and return their number.

    Devices and phones are written as keyed hashes, phones also as `138****1234`; `event_time` is UTC. A record that was
    delivered twice is written twice. Outcome and platform are as logged, not resolved by dictionary and registry.

    Args:
        parts: the parts with records of published days in the requested span; only landed files that count are read.
        temp: a folder for data that does not fit in memory.

    Raises:
        UsageError: the format is unknown, the span ends before it begins, the target cannot be written, there is no
            part, or there are too many rows for xlsx.
    """
    _check(request)
    if not parts:
        raise UsageError(
            f"No records are stored for {request.first} to {request.last}.",
            where="--from, --to",
            do="Choose days with stored records.",
        )
    target = request.target.absolute()
    read = [PartRecords(tuple(file.resolve() for file in part.files), part.sources) for part in parts]
    folders = sorted({file.parent for part in read for file in part.files} | {target.parent})
    with workbench(settings, temp, folders) as connection:
        create_records(connection, "events", read)
        values = {"app_key": request.app_key, "first": request.first, "last": request.last}
        connection.execute(record_macro())
        query = sql("reports.export", "export_events")
        return write_query(connection, query, values, request.format, target, request.last, settings.csv_language)


def _check(request: ExportRequest) -> None:
    require_order(request.first, request.last)
    _check_target(request.format, request.target)


def _check_target(format: str, target: Path) -> None:
    require_format(format)
    require_target(target, format)
