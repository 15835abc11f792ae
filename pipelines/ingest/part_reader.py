"""Landed files read into a part, or what is wrong with one, within the limits of a run.

Lives here: whose fault it is where a file cannot be read. Does not belong here: what a part counts for (`ingest.py`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import duckdb

from pipelines.common.days import day_start
from pipelines.common.errors import AuthmeterError, DamagedFileError
from pipelines.common.machine_limits import is_disk_full
from pipelines.contract.masking import masked_text
from pipelines.contract.record import FUTURE_DAYS
from pipelines.contract.settings import Settings
from pipelines.ingest.batches import Batch
from pipelines.ingest.context import IngestContext
from pipelines.reading.landing import LandedFile, checksum_of
from pipelines.reading.reading import Reading
from pipelines.reading.sources import SourceMapping

if TYPE_CHECKING:
    from pipelines.contract.parts import PartBooks


@dataclass(frozen=True)
class RunTime:
    """The run's day D, its time, and the first day whose events are stored, where retention took some away."""

    day: date
    now: datetime
    events_from: date | None = None


def first_accepted(settings: Settings, time: RunTime) -> date:
    """The first day whose records a run accepts.

    A record of a day whose other events are gone cannot restate it, so it is too old, too.
    """
    first = time.day - timedelta(days=settings.retention_days)
    return max(first, time.events_from or first)


def reading_limits(settings: Settings, source: SourceMapping, time: RunTime) -> Reading:
    """Zones and limits of a run's reading: from the retention before its day to two days after its time."""
    return Reading(
        business_zone=settings.timezone,
        source_zone=source.timezone or settings.timezone,
        oldest=day_start(first_accepted(settings, time), settings.timezone),
        newest=(time.now + timedelta(days=FUTURE_DAYS)).astimezone(day_start(time.day, "UTC").tzinfo),
    )


@dataclass(frozen=True)
class ReadFile:
    """One file of a reading: its checksum, and its books, or a finding on it."""

    file: LandedFile
    sha256: str
    books: "PartBooks | None"
    finding: str | None


@dataclass(frozen=True)
class ReadPart:
    """One reading: its files, each at its place in the part, which lies in `folder`, not placed yet."""

    files: list[ReadFile]
    folder: Path


class PartReader:
    """Reads files into parts, one part at a time; the engine is opened with it."""

    def __init__(self, context: IngestContext) -> None:
        self._context = context

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._reader = stack.enter_context(
                self._context.engine.file_reader(self._context.key, self._context.store.landing)
            )
            self._hasher = stack.enter_context(ThreadPoolExecutor(1))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def read(self, batch: Batch, time: RunTime) -> Iterator[ReadPart]:
        """Reads a batch into a part; where something is wrong with one of its files, each into a part of its own, and
        what is wrong is a finding on that file.

        A part must be placed before the next one is drawn.

        Raises:
            AuthmeterError: what is wrong is not the file: a mapping, the disk, the memory.
        """
        # The checksums are taken beside the parsing: most new files are new, and only then is it known.
        checksums = [self._hasher.submit(checksum_of, file) for file in batch.files]
        folder = self._context.store.fresh_folder("part")
        limits = reading_limits(self._context.settings, batch.source, time)
        try:
            books = self._reader.read(batch.files, batch.source, limits, folder)
        except Exception as error:  # one file's fault must not keep the others from being published
            if _is_ours(error):
                raise
            if len(batch.files) > 1:
                for alone in batch.alone():
                    yield from self.read(alone, time)
                return
            yield ReadPart([ReadFile(batch.files[0], checksums[0].result(), None, finding_of(error))], folder)
            return
        read = zip(batch.files, checksums, books, strict=True)
        yield ReadPart([ReadFile(file, sha256.result(), found, None) for file, sha256, found in read], folder)


def _is_ours(error: Exception) -> bool:
    """Whether an error is not the file's: a mapping that cannot be used, no memory, no room on the disk."""
    if isinstance(error, DamagedFileError):
        return False
    return isinstance(error, AuthmeterError | MemoryError | duckdb.OutOfMemoryException) or is_disk_full(error)


def finding_of(error: Exception) -> str:
    """What is wrong with a file, by what reading it raised."""
    if isinstance(error, AuthmeterError):
        return error.what
    if isinstance(error, PermissionError):
        return "The file may not be read by the user that runs authmeter."
    if isinstance(error, OSError):
        return f"The file cannot be read: {error.strerror}"
    return f"authmeter failed on the file: {type(error).__name__}: {masked_text(str(error))}"
