"""Makes manifest entries of contents, and counts their late records."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from pipelines.ingest.part_reader import RunTime
from pipelines.reading.archives.archives import RefusedFile
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.mapping_use import mapping_faults
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
    """Return the entry of a content. `books` is None if reading failed; `closed_through` is the last closed day."""
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
        # If `where` skipped all records, the finding depends on the other files of the source.
        if books.is_poor and file.bytes and (books.records_read or not books.skipped or not source.where):
            # Imported lazily, as it loads libraries that a run with nothing new does not need.
            from pipelines.reading.reasons.likely_reason import likely_reason

            entry.finding = likely_reason(file, source, books).stored
    return entry


def refused_entry(file: RefusedFile, time: RunTime, closed_through: date | None) -> FileEntry:
    """Return the entry of a refused archive or member, which has no source."""
    return FileEntry(
        path=file.path, sha256=file.sha256, bytes=file.bytes, stamp=file.stamp, source="", status="damaged",
        first_read_at=time.now.isoformat(timespec="seconds"), closed_through=closed_through, run_day=time.day,
        finding=file.finding,
    )  # fmt: skip


def count_late(entry: FileEntry, in_time: Mapping[date, int], closed: date | None) -> None:
    """Set the number of late records of the entry on each day up to `closed`, the last closed day.

    `in_time` is the number of its records by day that the content before it delivered in time; all further records are
    late.
    """
    for day, rows in entry.days.items():
        if closed is not None and day <= closed:
            entry.days[day] = rows._replace(late=max(0, rows.accepted - in_time.get(day, 0)))
