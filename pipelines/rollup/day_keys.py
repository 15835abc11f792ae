"""The check that the keys of a day's tables are unique, before the day takes its place in the store: it blocks."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.contract.day_tables import DAY_TABLES
from pipelines.store.keys import require_unique_keys


def check_day_keys(connection: duckdb.DuckDBPyConnection, day: date, folder: Path) -> None:
    """Looks at every table of a day that was just rolled up into `folder`.

    Raises:
        AuthmeterError: a key is there twice.
    """
    sources = {name: f"read_parquet(${name}, hive_partitioning = false)" for name in DAY_TABLES}
    files = {name: str(folder / f"{name}.parquet") for name in DAY_TABLES}
    require_unique_keys(connection, DAY_TABLES, sources, f"tables of {day}", files)
