"""Reads every new or changed file of landing into an event part with its `PartBooks`.

The same bytes give the same part. The manifest determines which contents of a part (each one version of a landed file)
count; `engines/` turn bytes into events.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date

from pipelines.common.errors import UsageError
from pipelines.contract.record.channels import CHANNELS, MOST_CHANNELS
from pipelines.ingest.batches import Batch, batches
from pipelines.ingest.context import IngestContext
from pipelines.ingest.entries import count_late, current_content, new_entry, refused_entry
from pipelines.ingest.landed import Landed, landed_files
from pipelines.ingest.part_reader import PartReader, ReadFile, ReadPart, RunTime, first_accepted
from pipelines.ingest.replacing import DisplacedContent, decide, oldest
from pipelines.ingest.rotation import Rotation
from pipelines.ingest.stored_contents import StoredContents
from pipelines.ingest.unread_files import Unread, note_unread
from pipelines.reading.archives.archives import RefusedFile
from pipelines.reading.files.encodings import UTF_8
from pipelines.reading.files.landing import (
    LandedFile,
    current_stamp,
    is_archive,
    is_within,
    names_before_rotation,
    scan,
)
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.manifest import FileEntry, Manifest

# The manifest is committed after this many bytes, so that a run that is killed late need not read all files again.
_BYTES_PER_COMMIT = 512 << 20


@dataclass
class IngestReport:
    """The result of an ingest: contents read, damaged and held; files left for the next run because they were changing;
    and files in other encodings than UTF-8, by encoding.
    """

    read: list[FileEntry] = field(default_factory=list)
    damaged: list[FileEntry] = field(default_factory=list)
    held: list[FileEntry] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    encodings: dict[str, list[str]] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """The number of records read."""
        return sum(entry.records_read for entry in self.read)


def ingest(
    context: IngestContext,
    manifest: Manifest,
    time: RunTime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    tries_again: Callable[[FileEntry], bool] = lambda entry: False,
) -> IngestReport:
    """Read the new and changed files of landing and commit the manifest.

    Args:
        tries_again: whether a refused content is read again although its mapping did not change.
        progress: called with the bytes done and the total bytes of the files to read.
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
        # Contents that are new in this run, the content that each continues, and replacements of current contents, by
        # new or moved ones.
        self._fresh: list[FileEntry] = []
        self._predecessors: dict[int, FileEntry | None] = {}
        self._leaving: list[DisplacedContent] = []

    def run(self, progress: Callable[[int, int], None]) -> IngestReport:
        unreadable: set[str] = set()
        scanned = scan(self._context.store.landing, unreadable)
        found = landed_files(scanned, self._manifest.archives, self._context.settings, self._is_refused)
        landed = found.files
        self._report.changing += found.changing
        new = [(file, source) for file in landed if (source := self._to_read(file))]
        is_noted = self._note_archives(found, unreadable)
        is_noted |= self._note_missing(found.paths, unreadable)
        is_noted |= self._note_idle_sources({file.path for file in landed})
        is_noted |= self._note_channels()
        is_noted |= self._note_unread(landed, {file.path for file, _ in new}, unreadable)
        if not new:
            if is_noted:
                self._commit()
            return self._report
        there = found.paths.union(path for path in self._entries if is_within(path, unreadable))
        self._rotation = Rotation(self._manifest, there, {file.path: (file, source) for file, source in new})
        moved = self._take_moved()
        new = [(file, source) for file, source in new if file.path not in moved]
        total, done = sum(file.bytes for file, _ in new), 0
        uncommitted = 0
        with ExitStack() as stack:
            self._contents = stack.enter_context(StoredContents(self._context.store, self._context.settings))
            progress(done, total)
            # The engine is opened only if there are files to read.
            reader = stack.enter_context(PartReader(self._context)) if new else None
            for batch, parts in reader.read(self._batches(new)) if reader else ():
                for part in parts:
                    self._take(part, batch.source)
                done += batch.bytes
                progress(done, total)
                uncommitted += batch.bytes
                if uncommitted > _BYTES_PER_COMMIT:
                    self._commit()
                    uncommitted = 0
            self._put_in_place()
            self._commit()
            progress(done, total)
        return self._report

    def _batches(self, new: list[tuple[LandedFile, SourceMapping]]) -> Iterator[tuple[Batch, RunTime]]:
        """Yield the new files in batches, with the time that decides which of their records are too old. A file is read
        alone if a counting content of its path, or of its path before rotation, has records from before the first
        accepted day.
        """
        first = first_accepted(self._context.settings, self._time)
        given: dict[str, date] = {}
        for entry in self._manifest.live_parts():
            if (day := min(entry.days, default=first)) < first:
                given[entry.path] = min(day, given.get(entry.path, day))
        others = []
        for file, source in new:
            names = (file.path, *names_before_rotation(file.path)) if given else ()
            if days := [given[name] for name in names if name in given]:
                yield Batch([file], source), replace(self._time, given_from=min(days))
            else:
                others.append((file, source))
        yield from ((batch, self._time) for batch in batches(others))

    def _is_refused(self, archive: LandedFile) -> bool:
        """Whether an archive was refused in its present state. Archives that could not be read at all are tried
        again.
        """
        known = (e for e in self._entries.get(archive.path, ()) if e.status == "damaged" and e.stamp == archive.stamp)
        return any(entry.sha256 and not self._tries_again(entry) for entry in known)

    def _note_archives(self, found: Landed, unreadable: set[str]) -> bool:
        """Store members of archives, and refused archives and members, in the manifest. Return whether the manifest
        changed.
        """
        before = self._manifest.archives
        kept = {path: archive for path, archive in before.items() if is_within(path, unreadable)}
        self._manifest.archives = dict(sorted((kept | found.archives).items()))
        is_new = self._manifest.archives != before
        # Archives among the files are named by the setting `ignore`.
        ignored = (file.path for file in found.files if is_archive(file.path))
        for path in (*found.archives, *ignored):
            # The archive is readable now, or need not be, so earlier refusals of its path are obsolete.
            for entry in self._entries.get(path, ()):
                is_new |= entry.status == "damaged"
                entry.status = "replaced" if entry.status == "damaged" else entry.status
        for file in found.refused:
            is_new |= self._note_refused(file)
        return is_new

    def _note_refused(self, file: RefusedFile) -> bool:
        """Store a refused archive or member in the manifest. Return whether it changed."""
        known = [e for e in self._entries.get(file.path, ()) if e.status == "damaged" and e.sha256 == file.sha256]
        for entry in known:
            is_other = (entry.stamp, entry.finding) != (file.stamp, file.finding)
            entry.stamp, entry.finding = file.stamp, file.finding
            return is_other
        entry = refused_entry(file, self._time, self._manifest.closed_through)
        self._refuse(entry, file.finding)
        return True

    def _to_read(self, file: LandedFile) -> SourceMapping | None:
        """Return the mapping of a file that is new or may have changed; None if the file was read already or is no
        log.
        """
        known = [entry for entry in self._entries.get(file.path, ()) if entry.status != "replaced"]
        same = [entry for entry in known if entry.stamp == file.stamp]
        if any(entry.status != "damaged" for entry in same):
            return None
        source = self._context.sources.for_landed(file)
        # Refused files are tried again if their mapping changed or they could not be read at all: a change of
        # permissions leaves the stamp as it was.
        if any(
            entry.sha256 and (source is None or entry.mapping == source.fingerprint) and not self._tries_again(entry)
            for entry in same
        ):
            return None
        return source

    def _note_missing(self, paths: set[str], unreadable: set[str]) -> bool:
        """Store the unreadable folders in the manifest, and update `is_gone` (the file no longer exists) of contents
        that are damaged, held, mostly rejected or without an accepted record. Return whether the manifest changed.
        """
        is_new = self._manifest.unreadable != sorted(unreadable)
        self._manifest.unreadable = sorted(unreadable)
        for entry in self._manifest.files:
            if entry.status in ("damaged", "held") or entry.is_fruitless or entry.is_mostly_rejected:
                is_gone = entry.is_gone if is_within(entry.path, unreadable) else entry.path not in paths
                is_new |= is_gone != entry.is_gone
                entry.is_gone = is_gone
        return is_new

    def _note_idle_sources(self, paths: set[str]) -> bool:
        """Store the user's mappings that no present or earlier file uses. Return whether they changed."""
        before = self._manifest.idle_sources
        self._manifest.idle_sources = self._context.sources.idle(paths | self._entries.keys())
        return self._manifest.idle_sources != before

    def _note_channels(self) -> bool:
        """Store the channels of the settings, as parts may contain them from now on. Return whether one is new."""
        before = self._manifest.declared_channels
        known = sorted({*before, *self._context.settings.channels})
        if len(known) + len(CHANNELS) > MOST_CHANNELS:
            raise UsageError(
                f"{len(known)} channels were declared over time, more than the limit of "
                f"{MOST_CHANNELS - len(CHANNELS)}.",
                where="[channels] in authmeter.toml",
                why="Stored records can have any of them, and devices are counted by sets of channels.",
                do="Remove the new channels. Declare channels, not campaigns or pages.",
            )
        self._manifest.declared_channels = known
        return known != before

    def _note_unread(self, landed: list[LandedFile], read_now: set[str], unreadable: set[str]) -> bool:
        """Store the files that no source reads. Return whether they changed."""
        others = (file for file in landed if file.path not in read_now)
        found = Unread([file for file in others if self._is_unread(file)], unreadable)
        return note_unread(self._manifest, found, self._entries, self._time.now)

    def _is_unread(self, file: LandedFile) -> bool:
        """Whether no source reads a file, and none read its content before."""
        known = (e for e in self._entries.get(file.path, ()) if e.status != "replaced" and e.stamp == file.stamp)
        return not any(known) and self._context.sources.for_landed(file) is None

    def _take_moved(self) -> set[str]:
        """Find the new files that are old files under a new path, and move their entries to that path. Return the new
        paths.
        """
        moves = list(self._rotation.moves())
        for _, old in moves:
            # Only the last moved content is remembered at the old path.
            entries = self._entries[old.path]
            entries[:] = [one for one in entries if one.status != "replaced" or one.part]
        moved = [
            replace(old, path=file.path, stamp=file.stamp, is_gone=False, nulled=dict(old.nulled), days=dict(old.days))
            for file, old in moves
        ]
        for _, old in moves:
            old.status, old.part, old.part_digest = "replaced", None, None
        for entry in moved:
            if live := current_content(self._entries.get(entry.path, ())):
                self._leaving.append(DisplacedContent(live, entry, by_rotation=True))
            # Appended at once, so that a killed run does not lose the content.
            self._append(entry)
        return {entry.path for entry in moved}

    def _commit(self) -> None:
        self._manifest.files = [entry for path in sorted(self._entries) for entry in self._entries[path]]
        self._context.store.commit(self._manifest)

    def _take(self, part: ReadPart, source: SourceMapping) -> None:
        """Move a read part into the store, and add an entry for each content that is new for its path."""
        stayed = [(place, read) for place, read in enumerate(part.files) if self._has_stayed(read.file)]
        fresh = [(place, read) for place, read in stayed if not self._is_known(read, source)]
        entries = [self._entry(read, source) for _, read in fresh]
        name = digest = None
        if any(read.books for _, read in fresh):
            name = self._part_name(entries)
            digest = self._context.store.place_part(part.folder, name, part.digest)
        for entry, (place, read) in zip(entries, fresh, strict=True):
            if read.books:
                entry.part, entry.part_digest, entry.place = name, digest, place
                if read.books.encoding != UTF_8:
                    self._report.encodings.setdefault(read.books.encoding, []).append(entry.path)
            if read.finding is not None:
                self._refuse(entry, read.finding)
            else:
                self._settle(entry)

    def _has_stayed(self, file: LandedFile) -> bool:
        if current_stamp(file) == file.stamp:
            return True
        # The file is still being written, or was removed: it is left to the next run.
        self._report.changing.append(file.path)
        return False

    def _is_known(self, read: ReadFile, source: SourceMapping) -> bool:
        """Whether the path had this content before; if so, its entry is updated."""
        entries = self._entries.setdefault(read.file.path, [])
        known = next((entry for entry in entries if entry.sha256 == read.sha256 and entry.status != "replaced"), None)
        if known is None or (known.status == "damaged" and read.finding is None):
            return False
        known.stamp, known.mapping = read.file.stamp, source.fingerprint
        if known.status == "damaged":
            known.finding = read.finding
        # Contents that replaced it and were held or damaged never counted, so they are dropped.
        entries[:] = [entry for entry in entries if entry is known or entry.status not in ("held", "damaged")]
        live = current_content(entries)
        if known.status == "read" and live and live is not known:
            # The content was still counted while the path had another one.
            entries[:] = [*(entry for entry in entries if entry is not known), known]
            self._leaving.append(DisplacedContent(live, None))
        return True

    def _entry(self, read: ReadFile, source: SourceMapping) -> FileEntry:
        return new_entry(read.file, source, read.sha256, read.books, self._time, self._manifest.closed_through)

    def _refuse(self, entry: FileEntry, finding: str) -> None:
        """Add a damaged content; the path's current content still counts."""
        entry.status, entry.finding = "damaged", finding
        self._report.damaged.append(entry)
        self._append(entry)

    def _settle(self, entry: FileEntry) -> None:
        """Add a new content. If the path has a current one, `_put_in_place` decides later which of the two counts."""
        self._fresh.append(entry)
        # The predecessor is found at once, so that a killed run does not commit the records as late.
        old = self._rotation.predecessor(entry, oldest(self._manifest), self._contents)
        self._predecessors[id(entry)] = old
        count_late(entry, old, self._manifest.closed_through)
        if live := current_content(self._entries.get(entry.path, ())):
            self._leaving.append(DisplacedContent(live, entry))
        else:
            self._append(entry)

    def _append(self, entry: FileEntry) -> None:
        entries = self._entries.setdefault(entry.path, [])
        entries[:] = [one for one in entries if one.sha256 != entry.sha256]
        for other in entries:
            if other.status in ("held", "damaged"):
                other.status = "replaced"
        entries.append(entry)

    def _put_in_place(self) -> None:
        """Decide for all replacements what happens to the old and the new content."""
        closed = self._manifest.closed_through
        gone = {id(old): old for old in self._predecessors.values() if old}
        for one in self._leaving:
            if one.new and not one.by_rotation:
                one.by_rotation = self._rotation.is_rotated(one.new)
                # Records that arrived in time under the old path of a predecessor are not late: see `_settle`.
                has_predecessor = self._predecessors.get(id(one.new)) is not None
                if not one.by_rotation and not has_predecessor and id(one.old) not in gone:
                    count_late(one.new, one.old, closed)
            gone.pop(id(one.old), None)
        self._leaving += (DisplacedContent(old, None) for old in gone.values())
        self._leaving += self._held_before()
        olds = {id(one.old) for one in self._leaving}
        live = [one for entries in self._entries.values() for one in entries if one.status == "read"]
        decide(self._leaving, [one for one in live if id(one) not in olds], self._manifest, self._contents)
        for one in self._leaving:
            if one.new:
                self._append(one.new)
        for entry in self._fresh:
            (self._report.held if entry.status == "held" else self._report.read).append(entry)

    def _held_before(self) -> Iterator[DisplacedContent]:
        """Yield each held content of an earlier run with the current content of its path, to decide again: the records
        that it would remove may be in other contents now. If the path has no current content any more, because it was
        moved, the held content removes nothing and counts.
        """
        leaving = {id(one.old): one for one in self._leaving}
        for entries in self._entries.values():
            held, live = next((one for one in entries if one.status == "held"), None), current_content(entries)
            if held is None or held.is_gone:
                continue
            if live is None:
                held.status, held.finding = "read", None
            elif (one := leaving.get(id(live))) is None:
                yield DisplacedContent(live, held)
            elif one.new is None:
                one.new = held

    def _part_name(self, entries: list[FileEntry]) -> str:
        """Return a digest of the inputs as the part's name: contents, paths, mappings, and the run's day and time
        zone.
        """
        named_by = [str(self._time.day), self._context.settings.timezone]
        for entry in entries:
            named_by += [entry.sha256, entry.path, entry.mapping]
        return hashlib.sha256("\n".join(named_by).encode()).hexdigest()[:24]
