"""Computes metadata that Dagster shows for assets after a run, also after a run with nothing new.

The metadata are numbers, times, columns and links to files of the site. They contain no personal data.
"""

import json
from datetime import date
from pathlib import Path

import duckdb

from pipelines.common.days import window
from pipelines.contract.measures.counts import USAGE
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration.results import Columns, Metadata, Page
from pipelines.reading.files.landing import scan
from pipelines.store.manifest import Manifest
from pipelines.store.published_file import published_tables
from pipelines.store.site_publication import LONG_DAYS
from pipelines.store.store import Store

ROWS, ROWS_OF_DAY, COLUMNS = "dagster/row_count", "dagster/partition_row_count", "dagster/column_schema"


def table_columns(table: Table) -> Columns:
    """Return the columns of a published table, and its key."""
    return Columns(table.columns, tuple(table.key))


def landing_metadata(landing: Path) -> Metadata:
    """Return the number of all files in landing, read or not, and their total size in bytes."""
    there = list(scan(landing, set()))
    return {"files": len(there), "bytes": sum(file.bytes for file in there)}


def parts_metadata(manifest: Manifest) -> Metadata:
    """Return the number of live files, and the sums of their books: records read, accepted, rejected and skipped."""
    live = manifest.live_files()
    accepted = sum(entry.accepted for entry in live)
    return {
        ROWS: accepted,
        "files": len(live),
        "records_read": sum(entry.records_read for entry in live),
        "accepted": accepted,
        "rejected": sum(entry.rejected for entry in live),
        "skipped": sum(entry.skipped for entry in live),
    }


def day_metadata(manifest: Manifest, day: date, site: Path) -> Metadata:
    """Return a day's numbers of records, and for the last 90 days a link to the day's page.

    A day without data has only a row count of 0.
    """
    entry = manifest.days.get(day)
    if entry is None:
        return {ROWS_OF_DAY: 0}
    holds: Metadata = {
        ROWS_OF_DAY: entry.counted,
        "accepted": entry.accepted,
        "duplicates": entry.accepted - entry.counted,
        "unmapped_codes": entry.unmapped,
    }
    as_of = manifest.as_of
    if as_of and day in window(as_of, LONG_DAYS):
        # The page itself is rendered later in the run. Earlier days only have a page if an incident began on them.
        return {**holds, "page": Page(site / ("index.html" if day == as_of else f"days/{day}.html"))}
    return holds


def table_metadata(store: Store) -> dict[str, Metadata]:
    """Return the row count and the columns of each published table, by name; `usage_daily` also has the counts of the
    as-of.

    Tables that the published file lacks, because an older version wrote it, have empty metadata.
    """
    with published_tables(store.database) as connection:
        listed = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        there = {name: table for name, table in TABLES.items() if name in listed}
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in there)
        rows = dict(connection.execute(counts).fetchall()) if there else {}
        figures = _figures(connection) if "usage_daily" in there else {}
    holds: dict[str, Metadata] = {
        name: {ROWS: rows[name], COLUMNS: table_columns(table)} for name, table in there.items()
    }
    if figures:
        holds["usage_daily"] |= figures
    return {name: holds.get(name, {}) for name in TABLES}


def _figures(connection: duckdb.DuckDBPyConnection) -> Metadata:
    """Return the counts of the as-of over all apps, which Dagster plots over runs; empty if that day has no data."""
    sums = ", ".join(f"sum({name})::BIGINT" for name in USAGE)
    found = connection.execute(
        f"SELECT {sums} FROM usage_daily WHERE day = (SELECT as_of FROM publication) HAVING count(*) > 0"
    ).fetchone()
    return dict(zip(USAGE, found, strict=True)) if found else {}


def site_metadata(site: Path) -> dict[str, Metadata]:
    """Return metadata of the assets `site` (number of pages, size of all files) and `exports` (the CSV files)."""
    listed = json.loads((site / "manifest.json").read_bytes())
    pages = [file for file in listed["files"] if file["path"].endswith(".html")]
    tables = [file for file in listed["files"] if file["path"].endswith(".csv")]
    both: Metadata = {"as_of": listed["as_of"], "generated_at": listed["generated_at"]}
    return {
        "site": {
            "pages": len(pages),
            "bytes": sum(file["bytes"] for file in listed["files"]),
            "page": Page(site / "index.html"),
            **both,
        },
        "exports": {
            ROWS: sum(file["rows"] for file in tables),
            "files": len(tables),
            "bytes": sum(file["bytes"] for file in tables),
            "page": Page(site / "usage_all.csv"),
            **both,
        },
    }
