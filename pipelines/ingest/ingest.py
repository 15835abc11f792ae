"""Ingest: every new or changed file of landing becomes records in an event part, and its books.

Same bytes in, same part out. What a part counts for is decided by the manifest; how bytes become events is in
`engines/`.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pipelines.common.errors import UsageError
from pipelines.ingest.batches import batches
from pipelines.ingest.context import IngestContext
from pipelines.ingest.part_reader import PartReader, ReadFile, ReadPart, RunTime
from pipelines.ingest.unread_files import Unread, note_unread
from pipelines.reading.landing import LandedFile, current_stamp, scan
from pipelines.reading.sources import SourceMapping
from pipelines.store.manifest import DayRows, FileEntry, Manifest
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.contract.parts import PartBooks

# What was read is committed after so many bytes, so that a run that dies late need not read all of it again.
_BYTES_PER_COMMIT = 512 << 20


@dataclass
class IngestReport:
    """What an ingest did: contents read, damaged and held, files left for the next run."""

    read: list[FileEntry] = field(default_factory=list)
    damaged: list[FileEntry] = field(default_factory=list)
    held: list[FileEntry] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Records read."""
        return sum(entry.records_read for entry in self.read)


def ingest(
    context: IngestContext,
    manifest: Manifest,
    time: RunTime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    tries_again: Callable[[FileEntry], bool] = lambda entry: False,
) -> IngestReport:
    """Reads what is new in landing and commits the manifest.

    Args:
        tries_again: whether a refused content is tried again, though nothing of its mapping changed.
        progress: called with the bytes done and the bytes in all, of the files that are to be read.
    """
    return _Ingest(context, manifest, time, tries_again).run(progress)


class _Ingest:
    def __init__(
        self, context: IngestContext, manifest: Manifest, time: RunTime, tries_again: Callable[[FileEntry], bool]
    ) -> None:
        self._context, self._manifest, self._time, self._tries_again = context, manifest, time, tries_again
        self._report = IngestReport()
        self._entries: dict[str, list[FileEntry]] = {}
        for entry in manifest.files:
            self._entries.setdefault(entry.path, []).append(entry)

    def run(self, progress: Callable[[int, int], None]) -> IngestReport:
        unreadable: set[str] = set()
        landed = list(scan(self._context.store.landing, unreadable))
        new = [(file, source) for file in landed if (source := self._to_read(file))]
        is_noted = self._note_missing({file.path for file in landed}, unreadable)
        is_noted |= self._note_unread(landed, {file.path for file, _ in new}, unreadable)
        if is_noted and not new:
            self._commit()
        total, done = sum(file.bytes for file, _ in new), 0
        uncommitted = 0
        with ExitStack() as stack:
            if new:
                self._reader = stack.enter_context(PartReader(self._context))
            for batch in batches(new):
                progress(done, total)
                for part in self._reader.read(batch, self._time):
                    self._take(part, batch.source)
                done += batch.bytes
                uncommitted += batch.bytes
                if uncommitted > _BYTES_PER_COMMIT:
                    self._commit()
                    uncommitted = 0
            if new:
                self._commit()
            progress(done, total)
        return self._report

    def _to_read(self, file: LandedFile) -> SourceMapping | None:
        """The mapping of a file that is new or may have changed; None for one that was read, or is no log."""
        known = [entry for entry in self._entries.get(file.path, ()) if entry.status != "replaced"]
        same = [entry for entry in known if entry.stamp == file.stamp]
        if any(entry.status != "damaged" for entry in same):
            return None
        source = self._context.sources.for_file(file.path)
        # What was refused is tried again when its mapping was mended, and where no byte of it could be read: a file
        # whose rights were mended has the same stamp.
        if any(
            entry.sha256 and (source is None or entry.mapping == source.fingerprint) and not self._tries_again(entry)
            for entry in same
        ):
            return None
        return source

    def _note_missing(self, paths: set[str], unreadable: set[str]) -> bool:
        """Notes which folders cannot be read, and which refused and held files are no longer there: these need nobody's
        attention. Gives whether that is new.
        """
        is_new = self._manifest.unreadable != sorted(unreadable)
        self._manifest.unreadable = sorted(unreadable)
        for entry in self._manifest.files:
            if entry.status in ("damaged", "held") or entry.is_fruitless:
                is_hidden = any(folder == "." or entry.path.startswith(f"{folder}/") for folder in unreadable)
                is_gone = entry.is_gone if is_hidden else entry.path not in paths
                is_new |= is_gone != entry.is_gone
                entry.is_gone = is_gone
        return is_new

    def _note_unread(self, landed: list[LandedFile], read_now: set[str], unreadable: set[str]) -> bool:
        """Notes which files no source reads. Gives whether that is new."""
        others = (file for file in landed if file.path not in read_now)
        found = Unread([file for file in others if self._is_unread(file)], unreadable)
        return note_unread(self._manifest, found, self._entries, self._time.now)

    def _is_unread(self, file: LandedFile) -> bool:
        """Whether no source reads a file, and its content was not read when one still did."""
        known = (e for e in self._entries.get(file.path, ()) if e.status != "replaced" and e.stamp == file.stamp)
        return not any(known) and self._context.sources.for_file(file.path) is None

    def _commit(self) -> None:
        self._manifest.files = [entry for path in sorted(self._entries) for entry in self._entries[path]]
        self._context.store.commit(self._manifest)

    def _take(self, part: ReadPart, source: SourceMapping) -> None:
        """Decides what a read part means beside what the paths gave before."""
        stayed = [(place, read) for place, read in enumerate(part.files) if self._has_stayed(read.file)]
        fresh = [(place, read) for place, read in stayed if not self._is_known(read, source)]
        entries = [self._entry(read, source) for _, read in fresh]
        name = digest = None
        if any(read.books for _, read in fresh):
            name = self._part_name(entries)
            digest = self._context.store.place_part(part.folder, name)
        for entry, (place, read) in zip(entries, fresh, strict=True):
            if read.books:
                entry.part, entry.part_digest, entry.place = name, digest, place
            self._settle(entry, read)

    def _has_stayed(self, file: LandedFile) -> bool:
        if current_stamp(file) == file.stamp:
            return True
        # Still being written, or gone: the next run takes it as it then is.
        self._report.changing.append(file.path)
        return False

    def _is_known(self, read: ReadFile, source: SourceMapping) -> bool:
        """Whether the path gave this content before; its entry is then brought up to date."""
        entries = self._entries.setdefault(read.file.path, [])
        known = next((entry for entry in entries if entry.sha256 == read.sha256 and entry.status != "replaced"), None)
        if known is None or (known.status == "damaged" and read.finding is None):
            return False
        known.stamp, known.mapping = read.file.stamp, source.fingerprint
        known.finding = read.finding if known.status == "damaged" else None
        # What stood in its place and never counted was taken back, and replaced nothing.
        entries[:] = [entry for entry in entries if entry is known or entry.status not in ("held", "damaged")]
        return True

    def _entry(self, read: ReadFile, source: SourceMapping) -> FileEntry:
        return new_entry(read.file, source, read.sha256, read.books, self._time, self._manifest.closed_through)

    def _settle(self, entry: FileEntry, read: ReadFile) -> None:
        """Puts a new content in its place, or beside the one that counts."""
        entries = self._entries[entry.path]
        live = next((one for one in entries if one.status == "read"), None)
        entries[:] = [one for one in entries if one.sha256 != entry.sha256]
        if read.finding is not None:
            entry.status, entry.finding = "damaged", read.finding
            self._report.damaged.append(entry)
        else:
            count_late(entry, live, self._manifest.closed_through)
            if live and takes_away(self._reader, self._context.store, self._manifest, entry, live):
                entry.status = "held"
                self._report.held.append(entry)
            else:
                self._report.read.append(entry)
        for other in entries:
            if other.status in ("held", "damaged") or (other.status == "read" and entry.status == "read"):
                other.status = "replaced"
        entries.append(entry)

    def _part_name(self, entries: list[FileEntry]) -> str:
        """Named by what went in: contents, their paths, and the day and mapping they were read with."""
        named_by = [str(self._time.day), self._context.settings.timezone]
        for entry in entries:
            named_by += [entry.sha256, entry.path, entry.mapping]
        return hashlib.sha256("\n".join(named_by).encode()).hexdigest()[:24]


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
        entry.days = {day: DayRows(accepted=rows) for day, rows in sorted(books.days.items())}
    return entry


def count_late(entry: FileEntry, live: FileEntry | None, closed: date | None) -> None:
    """Records of days that were closed already are late, but for as many as the path had given in time."""
    for day, rows in entry.days.items():
        if closed is not None and day <= closed:
            before = live.days.get(day) if live else None
            in_time = before.accepted - before.late if before else 0
            entry.days[day] = rows._replace(late=max(0, rows.accepted - in_time))


def takes_away(reader: PartReader, store: Store, manifest: Manifest, entry: FileEntry, live: FileEntry) -> bool:
    """Whether the new content lacks an id that the path gave to a closed day."""
    closed = manifest.closed_through
    if closed is None or not live.part or not entry.part:
        return False
    # What retention took, or will, is nobody's loss: the new content may lack it.
    oldest = manifest.events_from or date.min
    contents = {"old": store.part_records([live]), "new": store.part_records([entry])}
    return bool(reader.ask("ids_taken_away", {"closed": closed, "oldest": oldest}, contents))


def accept_held(store: Store, manifest: Manifest, path: str) -> FileEntry:
    """Lets a held content count: it replaces what the path gave before; the next run restates the days.

    Raises:
        UsageError: no content of that path is held.
    """
    held = next((entry for entry in manifest.files if entry.path == path and entry.status == "held"), None)
    if held is None:
        others = sorted(entry.path for entry in manifest.files if entry.status == "held")
        raise UsageError(
            f"No held file has the path {path!r}.",
            where=str(store.landing),
            why="Only new content that is held back can be taken.",
            do="Held are: " + (", ".join(others) if others else "none") + ".",
        )
    for entry in manifest.files:
        if entry.path == path and entry.status == "read":
            entry.status = "replaced"
    held.status = "read"
    store.commit(manifest)
    return held
