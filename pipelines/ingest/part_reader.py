"""Landed files read into a part, or what is wrong with one, within the limits of a run.

Lives here: whose fault it is where a file cannot be read. Does not belong here: what a part counts for (`ingest.py`).
"""

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, tee
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import duckdb

from pipelines.common.days import day_start
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import AuthmeterError, DamagedFileError
from pipelines.common.machine_limits import is_disk_full
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import FUTURE_DAYS
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.batches import Batch
from pipelines.ingest.context import IngestContext
from pipelines.ingest.findings import finding_of
from pipelines.reading.archives.archives import MemberFile
from pipelines.reading.files.first_bytes import is_plain_lines
from pipelines.reading.files.landing import LandedFile, checksum_of
from pipelines.reading.files.pieces import FilePiece, lines_of, pieces_of
from pipelines.reading.reading import Reading
from pipelines.reading.sources.sources import SourceMapping

if TYPE_CHECKING:
    from pipelines.contract.record.parts import PartBooks
    from pipelines.engines.base import FileReader


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
        channels=(*CHANNELS, *settings.channels),
    )


@dataclass(frozen=True)
class ReadFile:
    """One file of a reading: its checksum, and its books, or a finding on it. Of a piece, how many `lines` it has."""

    file: LandedFile
    sha256: str
    books: "PartBooks | None"
    finding: str | None
    lines: int = 0


@dataclass(frozen=True)
class ReadPart:
    """One reading: its files, each at its place in the part, which lies in `folder`, not placed yet; `digest` is the
    checksum of that, taken where the part was written.
    """

    files: list[ReadFile]
    folder: Path
    digest: str | None = None


class PartReader:
    """Reads files into parts; the engine is opened with it."""

    def __init__(self, context: IngestContext) -> None:
        self._context = context

    def __enter__(self) -> Self:
        self._folder = self._context.store.fresh_folder("parts")
        with ExitStack() as stack:
            self._readers = stack.enter_context(
                self._context.engine.readers(self._context.key, self._context.store.landing)
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def read(self, asked: Iterable[tuple[Batch, RunTime]]) -> Iterator[tuple[Batch, list[ReadPart]]]:
        """Reads each batch into a part; where something is wrong with one of its files, each into a part of its own,
        and what is wrong is a finding on that file.

        A part must be placed before the next ones are drawn: then it is removed.

        Raises:
            AuthmeterError: what is wrong is not the file: a mapping, the disk, the memory.
        """
        ahead, behind = tee((batch, self._readings(batch, time)) for batch, time in asked)
        read = self._readers.each(read_parts, (reading for _, readings in ahead for reading in readings))
        for batch, readings in behind:
            parts = [part for found in islice(read, len(readings)) for part in found]
            yield batch, [_joined(parts)] if len(readings) > 1 else parts
            for part in parts:
                shutil.rmtree(part.folder, ignore_errors=True)

    def _readings(self, batch: Batch, time: RunTime) -> list["PartReading"]:
        """How a batch is read: as it is, or a large file in pieces, behind a look at the whole of it."""
        limits, piece_bytes = (
            reading_limits(self._context.settings, batch.source, time),
            self._context.engine.split_bytes,
        )
        whole = PartReading(batch, limits, self._folder)
        (file, *others) = batch.files
        is_split = not others and piece_bytes and file.bytes > piece_bytes and not isinstance(file, MemberFile)
        if not is_split or not piece_bytes or not _is_of_lines(file, batch.source):
            return [whole]
        try:
            if not is_plain_lines(file):
                return [whole]
            pieces = pieces_of(file, piece_bytes)
        except (OSError, DamagedFileError):
            # The reader will say so of the file.
            return [whole]
        return [
            replace(whole, is_checksum=True),
            *(replace(whole, batch=Batch([piece], batch.source)) for piece in pieces),
        ]


@dataclass(frozen=True)
class PartReading:
    """What is to be read into a part below the folder `target`, or, where `is_checksum`, to be looked at alone."""

    batch: Batch
    limits: Reading
    target: Path
    is_checksum: bool = False


def read_parts(reader: "FileReader", asked: PartReading) -> list[ReadPart]:
    """Reads what is asked for, wherever the reader is; of a batch with a damaged file, each file alone."""
    files = asked.batch.files
    # Nobody else makes a folder of this name, not even one who is asked for the same again.
    folder = asked.target / uuid4().hex
    folder.mkdir()
    if asked.is_checksum:
        return [ReadPart([ReadFile(files[0], checksum_of(files[0]), None, None)], folder)]
    with ThreadPoolExecutor(1) as hasher:
        # The checksums are taken beside the parsing: most new files are new, and only then is it known.
        checksums = [hasher.submit(_checksum_of, file) for file in files]
        try:
            books = reader.read(files, asked.batch.source, asked.limits, folder)
        except Exception as error:  # one file's fault must not keep the others from being published
            if _is_ours(error):
                raise
            if len(files) > 1:
                shutil.rmtree(folder)
                return [
                    part for alone in asked.batch.alone() for part in read_parts(reader, replace(asked, batch=alone))
                ]
            return [ReadPart([ReadFile(files[0], checksums[0].result(), None, finding_of(error))], folder)]
        read = zip(files, checksums, books, strict=True)
        found = [ReadFile(file, sha256.result(), of_file, None, _lines_of(file)) for file, sha256, of_file in read]
        return [ReadPart(found, folder, digest_of_folder(folder))]


def _joined(parts: list[ReadPart]) -> ReadPart:
    """The pieces of a file as one part, behind the one that was looked at for the checksum."""
    (whole,), folder = parts[0].files, parts[0].folder
    pieces = [piece for part in parts[1:] for piece in part.files]
    if finding := next((piece.finding for piece in pieces if piece.finding is not None), None):
        return ReadPart([replace(whole, finding=finding)], folder)
    from pipelines.ingest.joined_parts import join_books, join_pieces

    books = join_books([piece.books for piece in pieces if piece.books])
    join_pieces([part.folder for part in parts[1:]], [piece.lines for piece in pieces], books, folder)
    return ReadPart([replace(whole, books=books)], folder)


def _lines_of(file: LandedFile) -> int:
    return lines_of(file) if isinstance(file, FilePiece) else 0


def _checksum_of(file: LandedFile) -> str:
    """The checksum of a whole file; that of a piece is of no use."""
    return "" if isinstance(file, FilePiece) else checksum_of(file)


def _is_of_lines(file: LandedFile, source: SourceMapping) -> bool:
    return source.format_for(file.path) in ("ndjson", "lines")


def _is_ours(error: Exception) -> bool:
    """Whether an error is not the file's: a mapping that cannot be used, no memory, no room on the disk."""
    if isinstance(error, DamagedFileError):
        return False
    return isinstance(error, AuthmeterError | MemoryError | duckdb.OutOfMemoryException) or is_disk_full(error)
