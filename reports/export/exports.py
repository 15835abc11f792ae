"""Exports for analysts: the detail of one app over any span, and its stored records, masked.

Here: which rows. How they become a file is in `files.py`; the 30-day `usage_detail` of the site is made by
`reports/`, by the same statement, and an export of the same span has the same bytes.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.common.errors import UsageError
from pipelines.common.sql import sql
from pipelines.contract.settings import Settings
from pipelines.store.database import open_published, workbench
from reports.export.files import FORMATS, require_target, write_query


def export_detail(database: Path, app_key: str, first: date, last: date, format: str, target: Path) -> int:
    """Writes the detail of one app, days `first` to `last` inclusive, and returns the number of rows.

    Rows and columns are those of `usage_detail.csv` (CONTRACT 5). Days that are not published have no rows.

    Args:
        database: the published DuckDB file; only read.
        app_key: a registered app, or one that logged.
        format: `csv`, `parquet` or `xlsx`.
        target: the file to write; replaced whole.

    Raises:
        UsageError: nothing is published, unknown app or format, a span that ends before it begins, a target that
            cannot be, too many rows for xlsx.
    """
    _check(first, last, format, target)
    with closing(open_published(database)) as connection:
        require_app(connection, app_key)
        values = {"first_app": app_key, "last_app": app_key, "first": first, "last": last}
        return write_query(connection, sql("reports.content", "usage_detail"), values, format, target)


def require_app(connection: duckdb.DuckDBPyConnection, app_key: str) -> None:
    """Refuses an app that is not published.

    Raises:
        UsageError: it is neither registered nor has it logged.
    """
    known = connection.execute("SELECT app_key FROM apps WHERE app_key = $app_key", {"app_key": app_key})
    if known.fetchone() is None:
        raise UsageError(
            f"No app {app_key!r} is published.",
            where="--app",
            why="An empty file would look like an app without usage.",
            do="Give an app_key of registry/apps.csv, or one that has logged; table `apps` lists them.",
        )


def export_events(
    parts: Sequence[Path],
    app_key: str,
    first: date,
    last: date,
    format: str,
    target: Path,
    *,
    settings: Settings,
    temp: Path,
) -> int:
    """Writes the stored records of one app, days `first` to `last` inclusive, and returns their number.

    Record level and masked: devices and phones as keyed hashes, phones also as `138****1234`. A record that was
    delivered twice stands there twice, with the same `event_id`; outcome and platform are as logged, not yet resolved
    by dictionary and registry. `event_time` is UTC. Sorted by all columns.

    Args:
        parts: event parts of the store that may hold these days; days not published are the caller's to leave out.
        format: `csv`, `parquet` or `xlsx`.
        target: the file to write; replaced whole.
        temp: a folder for what does not fit in memory.

    Raises:
        UsageError: unknown format, a span that ends before it begins, a target that cannot be, no part, too many rows
            for xlsx.
    """
    _check(first, last, format, target)
    if not parts:
        raise UsageError(
            f"No records are stored for {first} to {last}.",
            where="--from, --to",
            do="Choose days that were read.",
        )
    folders = sorted({part.resolve().parent for part in parts} | {target.absolute().parent})
    with workbench(settings, temp, folders) as connection:
        values = {
            "app_key": app_key,
            "first": first,
            "last": last,
            "parts": [str(part.resolve()) for part in sorted(parts)],
        }
        return write_query(connection, sql("reports.export", "export_events"), values, format, target.absolute())


def _check(first: date, last: date, format: str, target: Path) -> None:
    if format not in FORMATS:
        raise UsageError(f"The format {format!r} is not known.", do=f"Use one of {', '.join(FORMATS)}.")
    if last < first:
        raise UsageError(f"The span ends ({last}) before it begins ({first}).", do="Give the earlier day as --from.")
    require_target(target, format)
