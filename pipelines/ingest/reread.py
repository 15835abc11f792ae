"""Reads files again after a source mapping, a setting or a rule of reading was corrected.

Only contents that are unchanged in landing can be read again; the others stay as they are and are listed. All results
take effect with one commit, so a killed reread changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.common.days import business_day
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import DamagedFileError
from pipelines.common.text import counted, printable
from pipelines.contract.record.fields import KEPT_REJECTS
from pipelines.ingest.batches import Batch
from pipelines.ingest.context import IngestContext
from pipelines.ingest.entries import count_late, new_entry
from pipelines.ingest.held import removed_records
from pipelines.ingest.landed import known_files
from pipelines.ingest.part_reader import PartReader, ReadPart, RunTime
from pipelines.ingest.path_contents import current_content
from pipelines.ingest.replacing import closed_days, listed, oldest, sharing
from pipelines.ingest.stored_contents import StoredContents, key_of
from pipelines.reading.files.landing import LandedFile, current_stamp, scan, sha256_of
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.sources import Sources
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.part_records import PartRecords, record_files

# The result of `rejects_content.sql` without rejects.
_NO_REJECTS = (0, "0")


@dataclass(frozen=True)
class RereadRequest:
    """Selects the files to read again, by their source and by the first day to read again (see `selects`). None selects
    all sources, or all days.
    """

    source: str | None = None
    first: date | None = None

    def selects(self, entry: FileEntry, sources: Sources, time_zone: str) -> bool:
        """Return whether a content is requested.

        `source` must be the source that read the file or would read it now, and the file must have an accepted record
        of `first` or later. A file with rejected or skipped records, or without a stored day, is also requested if it
        was first read on `first` or later.
        """
        if self.source:
            now = sources.for_file(entry.path)
            if self.source not in (entry.source, now.name if now else None):
                return False
        if self.first is None or max(entry.days, default=date.min) >= self.first:
            return True
        # The days of rejected, skipped and removed records are not stored.
        is_of_any_day = entry.rejected or entry.skipped or not entry.days
        return bool(is_of_any_day) and _first_read_on(entry, time_zone) >= self.first


@dataclass
class RereadReport:
    """The result of a reread: the number of contents read, the changed entries, and the files that were left unread."""

    read: int = 0
    changed: list[FileEntry] = field(default_factory=list)
    # Number of removed records of closed days, by path.
    removed_records: dict[str, int] = field(default_factory=dict)
    # Paths of files that are missing or changed in landing.
    gone: list[str] = field(default_factory=list)
    # Paths of files whose events retention deleted.
    spent: list[str] = field(default_factory=list)
    # Paths of files that no source reads any more.
    unread: list[str] = field(default_factory=list)
    # Paths of files that are still being written.
    changing: list[str] = field(default_factory=list)
    # Errors of files that could not be read, by path.
    failed: dict[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report for the user."""
        for path, count in sorted(self.removed_records.items()):
            yield f"removed: {printable(path)}: closed days lost {counted(count, 'record')}"
        for path, finding in sorted(self.failed.items()):
            yield f"unchanged: {printable(path)}: {finding}"
        for paths, why in (
            (self.gone, "changed or missing in landing since they were read"),
            (self.spent, "their events were removed by retention"),
            (self.unread, "no source reads them any more"),
            (self.changing, "still being written"),
        ):
            if paths:
                listed = ", ".join(map(printable, sorted(paths)[:5]))
                more = f" … (+{len(paths) - 5})" if len(paths) > 5 else ""
                yield f"unchanged: {counted(len(paths), 'file')}, {why}: {listed}{more}"


def reread(
    context: IngestContext,
    manifest: Manifest,
    request: RereadRequest,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RereadReport:
    """Read files again, and commit the manifest if any result differs.

    Each file is read with the time of its first reading. So the same limits decide which records are too old, in the
    future or late.
    """
    return _Reread(context, manifest, request).run(progress)


class _Reread:
    def __init__(self, context: IngestContext, manifest: Manifest, request: RereadRequest) -> None:
        self._context, self._manifest, self._request = context, manifest, request
        self._store, self._zone = context.store, context.settings.timezone
        self._report = RereadReport()

    def run(self, progress: Callable[[int, int], None]) -> RereadReport:
        wanted = list(self._wanted())
        total, done = sum(file.bytes for _, file, _ in wanted), 0
        is_new = False
        if wanted:
            asked = ((Batch([file], source), self._time_of(entry)) for entry, file, source in wanted)
            with PartReader(self._context) as reader, StoredContents(self._store, self._context.settings) as contents:
                self._contents = contents
                progress(done, total)
                for (entry, file, source), (_, (part,)) in zip(wanted, reader.read(asked), strict=True):
                    is_new |= self._take(entry, file, source, part)
                    done += file.bytes
                    progress(done, total)
        if is_new:
            self._store.commit(self._manifest)
        return self._report

    def _wanted(self) -> Iterator[tuple[FileEntry, LandedFile, SourceMapping]]:
        scanned = scan(self._store.landing, set())
        landed = {file.path: file for file in known_files(scanned, self._manifest.archives)}
        for entry in self._manifest.files:
            # Damaged contents are tried again by the ingest, which runs before.
            if entry.status not in ("read", "held") or not self._request.selects(
                entry, self._context.sources, self._zone
            ):
                continue
            file, source = landed.get(entry.path), self._context.sources.for_file(entry.path)
            if file is None or not _is_as_read(file, entry):
                self._report.gone.append(entry.path)
            elif entry.part is None:
                self._report.spent.append(entry.path)
            elif source is None:
                self._report.unread.append(entry.path)
            else:
                yield entry, file, source

    def _time_of(self, entry: FileEntry) -> RunTime:
        first_read = datetime.fromisoformat(entry.first_read_at)
        day = entry.run_day or _first_read_on(entry, self._zone) - timedelta(days=1)
        return RunTime(day, first_read, self._events_from(entry), min(entry.days, default=None))

    def _events_from(self, entry: FileEntry) -> date | None:
        """Return the `events_from` of a reread: the first day with stored events, or the first day of the content's own
        records if that is earlier. None if retention has deleted no events.
        """
        first = self._manifest.events_from
        return min([first, *entry.days]) if first else None

    def _take(self, entry: FileEntry, file: LandedFile, source: SourceMapping, part: ReadPart) -> bool:
        """Compare the new records and rejects of a content with the stored ones, and update its entry. Return whether
        the entry changed.
        """
        time = self._time_of(entry)
        (got,) = part.files
        if current_stamp(file) != file.stamp or (got.sha256 and got.sha256 != entry.sha256):
            self._report.changing.append(file.path)
            return False
        if got.books is None:
            self._report.failed[file.path] = str(got.finding)
            return False
        self._report.read += 1
        fresh = new_entry(file, source, entry.sha256, got.books, time, entry.closed_through)
        fresh.status, fresh.first_read_at, fresh.is_gone = entry.status, entry.first_read_at, entry.is_gone
        new = self._content(part.folder, 0)
        is_whole = self._is_whole(entry)
        if is_whole and new == self._content(self._store.part_folder(str(entry.part)), entry.place):
            # The part stays; the mapping and the counts of the entry may differ.
            before = replace(entry)
            if entry.status == "held":
                fresh.finding = entry.finding
            names = ("source", "mapping", "finding", "records_read", "rejected", "skipped", "nulled", "mapping_faults")
            for name in names:
                setattr(entry, name, getattr(fresh, name))
            return entry != before
        fresh.part = hashlib.sha256(repr((entry.path, entry.sha256, source.fingerprint, new)).encode()).hexdigest()[:24]
        fresh.earlier_parts = [*entry.earlier_parts, str(entry.records_name)]
        fresh.part_digest = self._store.place_part(part.folder, fresh.part, part.digest)
        in_time = self._contents.in_time_again(entry, fresh, oldest(self._manifest)) if is_whole else entry.in_time
        count_late(fresh, in_time, entry.closed_through)
        self._put_in_place(entry, fresh, is_whole)
        return True

    def _is_whole(self, entry: FileEntry) -> bool:
        """Return whether the stored part of an entry exists and has the checksum that was stored when it was written. A
        part without a stored checksum, from the first versions, needs only to exist.
        """
        if not self._store.has_part(entry):
            return False
        return entry.part_digest in (None, digest_of_folder(self._store.part_folder(str(entry.part))))

    def _put_in_place(self, old: FileEntry, new: FileEntry, is_whole: bool) -> None:
        """Replace the entry `old` of a content by the entry `new` of its new reading.

        A content that counted still counts; a held content stays held if a closed day would lose records. Records of
        closed days that a counting content lost are reported if its old part is whole (`is_whole`).
        """
        manifest = self._manifest
        if old.status == "held":
            lost = closed_days(removed_records(manifest, new, self._contents), manifest)
            if lost:
                new.finding = listed(lost)
            else:
                if live := current_content([entry for entry in manifest.files if entry.path == old.path]):
                    live.status = "replaced"
                new.status = "read"
        elif is_whole:
            others = sharing([old], [entry for entry in manifest.live_files() if entry is not old])
            lost = self._contents.lost([old], oldest(manifest), [new], others).get(key_of(old), {})
            if lost := closed_days(lost, manifest):
                self._report.removed_records[new.path] = sum(lost.values())
        self._report.changed.append(new)
        manifest.files[manifest.files.index(old)] = new

    def _content(self, folder: Path, place: int) -> tuple[Any, ...]:
        """Return counts and hashes of the records and rejects of the file at `place` in a part. Records of days whose
        events retention deleted are left out. The results do not depend on the order of rows.
        """
        content = {"content": [PartRecords(record_files(folder), {place: ""})]}
        found = self._contents.ask("part_content", {"first": oldest(self._manifest)}, content)[0]
        rejects = folder / "rejects.parquet"
        if not rejects.exists():
            return (*found, *_NO_REJECTS)
        of_rejects = {"rejects": str(rejects), "place": place, "kept_rejects": KEPT_REJECTS}
        return found + self._contents.ask("rejects_content", of_rejects)[0]


def _is_as_read(file: LandedFile, entry: FileEntry) -> bool:
    try:
        return file.stamp == entry.stamp or sha256_of(file) == entry.sha256
    except (OSError, DamagedFileError):
        return False


def _first_read_on(entry: FileEntry, time_zone: str) -> date:
    return business_day(datetime.fromisoformat(entry.first_read_at), time_zone)
