"""Entries of file contents in the manifest: made from what was read, late records counted, the current one found."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.ingest.part_reader import RunTime
from pipelines.reading.archives.archives import RefusedFile
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.sources.mapping_use import mapping_faults
from pipelines.reading.sources.sources import SourceMapping
from pipelines.store.manifest import DayRows, FileEntry

if TYPE_CHECKING:
    from pipelines.contract.record.parts import PartBooks


def new_entry(
    file: LandedFile,
    source: SourceMapping,
    sha256: str,
    books: "PartBooks | None",
    time: RunTime,
    closed_through: date | None,
) -> FileEntry:
    """The entry of a content that was read, with its books where it has some."""
    entry = FileEntry(
        path=file.path, sha256=sha256, bytes=file.bytes, stamp=file.stamp,
        source=source.name, mapping=source.fingerprint, status="read",
        first_read_at=time.now.isoformat(timespec="seconds"), closed_through=closed_through, run_day=time.day,
    )  # fmt: skip
    if books:
        entry.records_read, entry.accepted = books.records_read, books.accepted
        entry.rejected, entry.skipped = books.rejected, books.skipped
        entry.nulled = dict(sorted(books.nulled.items()))
        entry.mapping_faults = mapping_faults(source, books)
        entry.days = {day: DayRows(accepted=rows) for day, rows in sorted(books.days.items())}
        # That of what a `where` skipped depends on the other files of the source.
        if books.is_poor and file.bytes and (books.records_read or not books.skipped or not source.where):
            # It looks into the file with libraries that a run with nothing new should not load.
            from pipelines.reading.reasons.likely_reason import likely_reason

            entry.finding = likely_reason(file, source, books).stored
    return entry


def refused_entry(file: RefusedFile, time: RunTime, closed_through: date | None) -> FileEntry:
    """The entry of an archive or a member that no source is asked for."""
    return FileEntry(
        path=file.path, sha256=file.sha256, bytes=file.bytes, stamp=file.stamp, source="", status="damaged",
        first_read_at=time.now.isoformat(timespec="seconds"), closed_through=closed_through, run_day=time.day,
        finding=file.finding,
    )  # fmt: skip


def count_late(entry: FileEntry, live: FileEntry | None, closed: date | None) -> None:
    """Records of days that were closed already are late, but for as many as the path had given in time."""
    for day, rows in entry.days.items():
        if closed is not None and day <= closed:
            before = live.days.get(day) if live else None
            in_time = before.in_time if before else 0
            entry.days[day] = rows._replace(late=max(0, rows.accepted - in_time))


def current_content(entries: Sequence[FileEntry]) -> FileEntry | None:
    """Of the contents of a path, in the order of their coming, the one that counts and stands there. Others may count
    on as those of deleted files do.
    """
    return next((entry for entry in reversed(entries) if entry.status == "read"), None)
