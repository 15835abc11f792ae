"""The engine in this process: DuckDB with the threads and memory limit of the settings."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.contract.settings.settings import Settings
from pipelines.reading.files.growth import UnpackLimits
from pipelines.store.database import workbench

if TYPE_CHECKING:
    from pipelines.engines.base import Answer, Asked, DayPlan, FileReader
    from pipelines.engines.duckdb.reader import DuckDBReader
    from pipelines.engines.duckdb.roller import DuckDBRoller


class DuckDBEngine:
    """The engine in this process, over `folder`, the store's folder of parts and tables. DuckDB spills to `temp`."""

    split_bytes = None

    def __init__(self, settings: Settings, temp: Path, folder: Path) -> None:
        self._settings, self._temp, self._folder = settings, temp, folder

    @contextmanager
    def readers(self, key: str, landing: Path) -> "Iterator[DuckDBReaders]":
        """Open the only reader of landed files; see `Engine`."""
        with self.file_reader(key, landing) as reader:
            yield DuckDBReaders(reader)

    # Imported lazily: importing takes 0.5 s, and a run with nothing new does not need it.
    @contextmanager
    def file_reader(self, key: str, landing: Path) -> "Iterator[DuckDBReader]":
        """Open a reader of landed files."""
        from pipelines.engines.duckdb.reader import DuckDBReader
        from pipelines.reading.archives.archives import one_open_archive

        limits = UnpackLimits(self._settings.max_unpack_ratio, self._settings.max_unpacked_gb * 10**9)
        folders = [landing.resolve(), self._temp.resolve()]
        with (
            workbench(self._settings, self._temp, folders, keeps_order=True) as connection,
            one_open_archive(self._temp),
        ):
            yield DuckDBReader(connection, key, self._temp, limits)

    @contextmanager
    def day_roller(self, plan: "DayPlan") -> "Iterator[DuckDBRoller]":
        """Open a roller of days; see `Engine`."""
        from pipelines.engines.duckdb.roller import DuckDBRoller

        with workbench(self._settings, self._temp, [self._folder]) as connection:
            roller = DuckDBRoller(connection, plan, self._settings.memory_bytes, self._temp)
            yield roller
            roller.close()


class DuckDBReaders:
    """Calls functions with the only `FileReader` of this process."""

    def __init__(self, reader: "FileReader") -> None:
        self._reader = reader

    def each(self, read: "Callable[[FileReader, Asked], Answer]", asked: "Iterable[Asked]") -> "Iterator[Answer]":
        """Yield the result of `read` for each of `asked`; see `Readers`."""
        return (read(self._reader, one) for one in asked)
