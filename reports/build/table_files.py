"""Writes the published tables as Parquet for other systems, under `tables/<table>/`. Tables by day have a file a month.

Files of months whose rows did not change are linked from the previous generation.
"""

from typing import Final

import duckdb

from pipelines.common.code_digest import code_digest
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES
from reports.build.month_files import Generation
from reports.build.writer import SiteWriter
from reports.content.published import PublishedTables

TABLES_FOLDER: Final = "tables"
# Code that determines the bytes of a file, besides its rows.
_CODE: Final = ("reports/build/table_files.py", "pipelines/contract/tables")


def write_table_files(marts: PublishedTables, writer: SiteWriter, before: Generation | None) -> None:
    """Write every published table under `tables/`, rows sorted by key.

    A table whose key contains a non-null `day` gets a file `month=<YYYY-MM>/<table>.parquet` for each calendar month.
    Other tables, and tables without rows, get one file `<table>.parquet`. `before` is the generation that the site
    replaces.
    """
    writer.folder(TABLES_FOLDER)
    code = f"{code_digest(_CODE)} {duckdb.__version__}"
    for name, table in TABLES.items():
        writer.folder(f"{TABLES_FOLDER}/{name}")
        months = marts.months_of(table) if "day" in {*table.key} - table.nullable else []
        for month, rows, digest in months:
            folder = f"{TABLES_FOLDER}/{name}/month={month:%Y-%m}"
            writer.folder(folder)
            _write(marts, writer, before, table, folder, f"date_trunc('month', day) = DATE '{month}'",
                   rows, f"{code} {rows} {digest}")  # fmt: skip
        if not months:
            _write(marts, writer, None, table, f"{TABLES_FOLDER}/{name}", "true", marts.count_of(table))


def _write(
    marts: PublishedTables,
    writer: SiteWriter,
    before: Generation | None,
    table: Table,
    folder: str,
    where: str,
    rows: int,
    source: str | None = None,
) -> None:
    path = f"{folder}/{table.name}.parquet"
    there = before.files.get(path) if before else None
    if before and there and there.source == source:
        writer.take_over(there, before.folder)
        return
    marts.write_parquet(table.query(table.name, where), writer.target / path)
    writer.adopt(path, rows, source)
