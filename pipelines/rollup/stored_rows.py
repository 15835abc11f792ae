"""Reads a day's rows of a table before they are replaced or removed, from its stored file or from the published file.

A lost or damaged file is no error, as it may be why the table is replaced.
"""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.errors import UsageError
from pipelines.store.published_file import published_tables


def stored_rows(file: Path) -> pl.DataFrame | None:
    """Return the rows of a day table; None if its file is lost or damaged."""
    try:
        return pl.read_parquet(file)
    except (FileNotFoundError, pl.exceptions.ComputeError):
        return None


def published_rows(database: Path, query: str, day: date) -> pl.DataFrame | None:
    """Return the rows of a query over the published file. The query has the parameter `day`.

    Return None if the file does not exist, is damaged, or is of a version without the table.
    """
    if not database.is_file():
        return None
    try:
        with published_tables(database) as connection:
            return pl.DataFrame(connection.sql(query, params={"day": day}))
    except (UsageError, duckdb.Error):
        return None
