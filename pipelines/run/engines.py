"""Selects the engine of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.contract.settings.settings import Settings
from pipelines.engines.duckdb.engine import DuckDBEngine
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.engines.base import Engine, FileReader


def engine_of(settings: Settings, store: Store) -> "Engine":
    """Return the engine that the settings name. It reads the landed files and rolls up the days of a store."""
    if settings.engine.name == "spark":
        from pipelines.engines.spark.engine import SparkEngine

        return SparkEngine(settings, store.temp, store.warehouse, local_reader)
    return DuckDBEngine(settings, store.temp, store.warehouse)


@contextmanager
def local_reader(settings: Settings, temp: Path, folder: Path, key: str, landing: Path) -> "Iterator[FileReader]":
    """Open a reader of landed files that uses DuckDB in the current process, which can be a Spark executor.

    Args:
        temp: folder for data that does not fit in memory.
        folder: folder of the store's parts and tables.
        key: the hash key.
    """
    with DuckDBEngine(settings, temp, folder).file_reader(key, landing) as reader:
        yield reader
