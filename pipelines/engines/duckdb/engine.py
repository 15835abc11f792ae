"""The engine in this process: DuckDB on the threads and within the memory of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.contract.settings import Settings
from pipelines.reading.landing import UnpackLimits
from pipelines.store.database import workbench

if TYPE_CHECKING:
    from pipelines.engines.base import DayPlan
    from pipelines.engines.duckdb.reader import DuckDBReader
    from pipelines.engines.duckdb.roller import DuckDBRoller


class DuckDBEngine:
    """DuckDB over one folder of parts and tables, the only one that it reaches: landed files come as streams.

    What does not fit in memory is spilled to `temp`.
    """

    def __init__(self, settings: Settings, temp: Path, folder: Path) -> None:
        self._settings, self._temp, self._folder = settings, temp, folder

    # Its libraries take half a second to import, which a run with nothing new should not pay.
    @contextmanager
    def file_reader(self, key: str, *, keeps_lines: bool = False) -> "Iterator[DuckDBReader]":
        """Opens a reader of landed files; see `Engine`."""
        from pipelines.engines.duckdb.reader import DuckDBReader

        limits = UnpackLimits(self._settings.max_unpack_ratio, self._settings.max_unpacked_gb * 10**9)
        with workbench(self._settings, self._temp, [self._folder]) as connection:
            yield DuckDBReader(connection, key, limits, keeps_lines=keeps_lines)

    @contextmanager
    def day_roller(self, plan: "DayPlan") -> "Iterator[DuckDBRoller]":
        """Opens a roller of days; see `Engine`."""
        from pipelines.engines.duckdb.roller import DuckDBRoller

        with workbench(self._settings, self._temp, [self._folder]) as connection:
            yield DuckDBRoller(connection, plan, self._settings.memory_bytes)
