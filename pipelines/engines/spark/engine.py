"""The engine on a cluster: Spark distributes the work, and each executor does it with a local engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import DayPlan
from pipelines.engines.spark.place import LocalReader, Place

if TYPE_CHECKING:
    from pipelines.engines.spark.reader import SparkReaders
    from pipelines.engines.spark.roller import SparkRoller


class SparkEngine:
    """Spark over the store's folder of parts and tables, which every executor mounts at the same path.

    `local_reader` opens a reader of files in the calling process. Executors spill to their own disks, encrypted; this
    process spills to `temp`.
    """

    def __init__(self, settings: Settings, temp: Path, folder: Path, local_reader: LocalReader) -> None:
        self._place = Place(settings, temp, folder, local_reader)

    @property
    def split_bytes(self) -> int:
        """The size above which files of lines should be read in several pieces."""
        return self._place.settings.engine.split_bytes

    # Imported lazily: PySpark is an extra, and this module must be importable without it.
    @contextmanager
    def readers(self, key: str, landing: Path) -> "Iterator[SparkReaders]":
        """Open readers of landed files; see `Engine`."""
        from pipelines.engines.spark.context import opened_context
        from pipelines.engines.spark.reader import SparkReaders

        with opened_context(self._place) as context:
            yield SparkReaders(context, self._place, key, landing)

    @contextmanager
    def day_roller(self, plan: DayPlan) -> "Iterator[SparkRoller]":
        """Open a roller of days; see `Engine`."""
        from pipelines.engines.spark.context import opened_context
        from pipelines.engines.spark.roller import SparkRoller
        from pipelines.store.database import workbench

        place = self._place
        with opened_context(place) as context, workbench(place.settings, place.temp, [place.folder]) as connection:
            yield SparkRoller(context, connection, place, plan)
