"""Reads landed files into parts.

It distinguishes errors of a file, which become findings, from other errors, which end the run. `content_decisions.py`
decides which contents count.
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
from pipelines.common.process.ending import end_noticed
from pipelines.common.process.machine_limits import is_disk_full
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import FUTURE_DAYS
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.batches import Batch
from pipelines.ingest.context import IngestContext
from pipelines.ingest.findings import finding_of
from pipelines.reading.archives.archives import MemberFile
from pipelines.reading.files.first_bytes import is_plain_lines
from pipelines.reading.files.landing import LandedFile, checksum_of, sha256_of
from pipelines.reading.files.pieces import FilePiece, lines_of, pieces_of
from pipelines.reading.reading import Reading
from pipelines.reading.sources.mapping import SourceMapping

if TYPE_CHECKING:
    from pipelines.contract.record.parts import PartBooks
    from pipelines.engines.base import FileReader


@dataclass(frozen=True)
class RunTime:
    """The time of a run, the business day that it closes, and two days that limit the age of accepted records."""

    # The business day that the run closes.
    day: date
    now: datetime
    # The first day whose events are stored; None if retention has deleted no events.
    events_from: date | None = None
    # The first day with records in an earlier content of the same file; also None if `retention_days` includes it.
    given_from: date | None = None


def first_accepted(settings: Settings, time: RunTime) -> date:
    """Return the first day whose records a run accepts: `retention_days` before the day of the run.

    The day is earlier if the file already delivered older records, but never before the first day with stored events.
    """
    first = time.day - timedelta(days=settings.retention_days)
    # A log that only grew loses none of the older records that it already delivered.
    first = min(first, time.given_from or first)
    # A day whose events were deleted cannot be restated.
    return max(first, time.events_from or first)


def reading_limits(settings: Settings, source: SourceMapping, time: RunTime) -> Reading:
    """Return the parameters for reading files of a source: time zones, channels, and the time range of accepted
    records.
    """
    return Reading.of_zones(
        business_zone=settings.timezone,
        source_zone=source.timezone or settings.timezone,
        oldest=day_start(first_accepted(settings, time), settings.timezone),
        newest=(time.now + timedelta(days=FUTURE_DAYS)).astimezone(day_start(time.day, "UTC").tzinfo),
        channels=(*CHANNELS, *settings.channels),
    )


@dataclass(frozen=True)
class ReadFile:
    """A read file: its checksum, and either its books or why it is damaged (`finding`).

    A file that is read in pieces has neither until the pieces are joined. `lines` is the number of lines of a piece,
    and 0 for a whole file.
    """

    file: LandedFile
    sha256: str
    books: "PartBooks | None"
    finding: str | None
    lines: int = 0


@dataclass(frozen=True)
class ReadPart:
    """A part that was read into `folder` and is not in the store yet. The index of a file in `files` is its place in
    the part.

    `digest` is the checksum of the folder; None if the process that wrote it computed none.
    """

    files: list[ReadFile]
    folder: Path
    digest: str | None = None


class PartReader:
    """Reads files into parts. It is a context manager that opens the engine's readers."""

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
        """Read each batch into a part. If reading fails, each file of the batch is read into a part of its own, and the
        errors become findings on their files.

        A part must be moved to the store before the next batch is drawn, as its folder is then removed.

        Raises:
            AuthmeterError: the cause is not the file but a mapping or the store. If memory is short or the disk is
                full, the original error is raised.
        """
        ahead, behind = tee((batch, self._readings(batch, time)) for batch, time in asked)
        read = self._readers.each(read_parts, (reading for _, readings in ahead for reading in readings))
        for batch, readings in behind:
            parts = [part for found in islice(read, len(readings)) for part in found]
            yield batch, [_joined(parts)] if len(readings) > 1 else parts
            for part in parts:
                shutil.rmtree(part.folder, ignore_errors=True)

    def _readings(self, batch: Batch, time: RunTime) -> list["PartReading"]:
        """Return the requests for a batch: one, or for a large file one for its checksum and one for each piece."""
        piece_bytes = self._context.engine.split_bytes
        whole = PartReading(batch, reading_limits(self._context.settings, batch.source, time), self._folder)
        (file, *others) = batch.files
        is_split = not others and piece_bytes and file.bytes > piece_bytes and not isinstance(file, MemberFile)
        is_of_lines = batch.source.format_for(file.path) in ("ndjson", "lines")
        if not is_split or not piece_bytes or not is_of_lines:
            return [whole]
        try:
            if not is_plain_lines(file):
                return [whole]
            pieces = pieces_of(file, piece_bytes)
        except (OSError, DamagedFileError):
            # The reader reports the error of the file.
            return [whole]
        return [
            replace(whole, is_checksum=True),
            *(replace(whole, batch=Batch([piece], batch.source)) for piece in pieces),
        ]


@dataclass(frozen=True)
class PartReading:
    """A request to read a batch into a part below the folder `target`. With `is_checksum`, the batch is one file, and
    only its checksum is computed.
    """

    batch: Batch
    limits: Reading
    target: Path
    is_checksum: bool = False


def read_parts(reader: "FileReader", asked: PartReading) -> list[ReadPart]:
    """Read a batch in the process of the reader. If a file of the batch is damaged, each file is read separately."""
    files = asked.batch.files
    # The name is unique, also if the same request is repeated.
    folder = asked.target / uuid4().hex
    folder.mkdir()
    if asked.is_checksum:
        return [ReadPart([_only_checksum(files[0])], folder)]
    with ThreadPoolExecutor(1) as hasher:
        # The checksums are computed in parallel with the parsing, as they are needed for every new file.
        checksums = [hasher.submit(_checksum_of, file) for file in files]
        try:
            with end_noticed():
                books = reader.read(files, asked.batch.source, asked.limits, folder)
            digests = [_required(file, sha256.result()) for file, sha256 in zip(files, checksums, strict=True)]
        except Exception as error:  # one file's fault must not keep the others from being published
            if _is_ours(error):
                raise
            if len(files) > 1:
                shutil.rmtree(folder)
                return [
                    part
                    for file in files
                    for part in read_parts(reader, replace(asked, batch=Batch([file], asked.batch.source)))
                ]
            return [ReadPart([ReadFile(files[0], checksums[0].result(), None, finding_of(error))], folder)]
        read = zip(files, digests, books, strict=True)
        found = [ReadFile(file, sha256, of_file, None, _lines_of(file)) for file, sha256, of_file in read]
        return [ReadPart(found, folder, digest_of_folder(folder))]


def _joined(parts: list[ReadPart]) -> ReadPart:
    """Join the pieces of a file to one part. The first of `parts` is its checksum, the others its pieces in order."""
    (whole,), folder = parts[0].files, parts[0].folder
    pieces = [piece for part in parts[1:] for piece in part.files]
    if finding := next((read.finding for read in (whole, *pieces) if read.finding is not None), None):
        return ReadPart([replace(whole, finding=finding)], folder)
    from pipelines.ingest.joined_parts import join_books, join_pieces

    books = join_books([piece.books for piece in pieces if piece.books])
    join_pieces([part.folder for part in parts[1:]], [piece.lines for piece in pieces], books, folder)
    return ReadPart([replace(whole, books=books)], folder)


def _lines_of(file: LandedFile) -> int:
    return lines_of(file) if isinstance(file, FilePiece) else 0


def _only_checksum(file: LandedFile) -> ReadFile:
    """Return a file with only its checksum, without books; if it cannot be read, with only the finding."""
    try:
        return ReadFile(file, sha256_of(file), None, None)
    except (OSError, DamagedFileError) as error:
        return ReadFile(file, "", None, finding_of(error))


def _checksum_of(file: LandedFile) -> str:
    """Return the checksum of a whole file; empty for a piece, and for a file that cannot be read."""
    return "" if isinstance(file, FilePiece) else checksum_of(file)


def _required(file: LandedFile, sha256: str) -> str:
    """Return the checksum of a file whose records were read: `sha256`, or computed again if that is empty.

    A piece of a file needs none.

    Raises:
        OSError: the file cannot be read.
        DamagedFileError: the path is no regular file any more.
    """
    # A content without a checksum could not be recognized by a later run.
    return sha256 if sha256 or isinstance(file, FilePiece) else sha256_of(file)


def _is_ours(error: Exception) -> bool:
    """Whether an error was caused by an invalid mapping, missing memory or a full disk, and not by the file."""
    if isinstance(error, DamagedFileError):
        return False
    return isinstance(error, AuthmeterError | MemoryError | duckdb.OutOfMemoryException) or is_disk_full(error)
