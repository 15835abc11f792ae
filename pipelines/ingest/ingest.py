"""Reads the new and changed files of landing into parts, with the `PartBooks` of each file.

A part is named after its inputs, so the same files, mappings and run day give the same part. The manifest determines
which contents of a part (each one version of a landed file) count. The engines in `engines/` parse the files.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from pipelines.ingest.batches import Batch, batches
from pipelines.ingest.content_decisions import ContentDecisions
from pipelines.ingest.context import IngestContext
from pipelines.ingest.entries import new_entry
from pipelines.ingest.given_days import GivenDays
from pipelines.ingest.landed import landed_files
from pipelines.ingest.landing_notes import LandingNotes
from pipelines.ingest.part_reader import PartReader, ReadPart, RunTime
from pipelines.ingest.path_contents import PathContents
from pipelines.ingest.replacing import oldest
from pipelines.ingest.rotation import New, Rotation
from pipelines.ingest.stored_contents import StoredContents
from pipelines.reading.files.encodings import UTF_8
from pipelines.reading.files.landing import LandedFile, current_stamp, is_within, scan
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
        progress: called with the bytes done and the total bytes of the files to read.
        tries_again: returns whether a refused content is read again although its mapping did not change.
    """
    return _Ingest(context, manifest, time, tries_again).run(progress)


class _Ingest:
    def __init__(
        self, context: IngestContext, manifest: Manifest, time: RunTime, tries_again: Callable[[FileEntry], bool]
    ) -> None:
        self._context, self._manifest, self._time = context, manifest, time
        self._report = IngestReport()
        self._contents = PathContents(manifest)
        self._notes = LandingNotes(context, manifest, self._contents, time, tries_again)

    def run(self, progress: Callable[[int, int], None]) -> IngestReport:
        unreadable: set[str] = set()
        scanned = scan(self._context.store.landing, unreadable)
        found = landed_files(scanned, self._manifest.archives, self._context.settings, self._notes.is_refused)
        self._report.changing += found.changing
        new = {file.path: (file, source) for file in found.files if (source := self._notes.to_read(file))}
        is_noted = self._notes.store(found, new.keys(), unreadable)
        if new or self._is_held_for_removed_day():
            known = (path for path in self._contents.by_path if is_within(path, unreadable))
            # If no source reads a file now, its path counts as gone, and its earlier content may have moved elsewhere.
            landed_paths = found.paths.difference(self._manifest.unread_files).union(known)
            self._read(new, Rotation(self._manifest, landed_paths, new), progress)
        elif is_noted:
            self._commit()
        self._report.damaged = self._contents.refused
        return self._report

    def _is_held_for_removed_day(self) -> bool:
        """Return whether a content is held because of a day whose events retention removed since.

        The finding of a held content begins with the first day that would lose records.
        """
        first = oldest(self._manifest).isoformat()
        held = (entry for entry in self._manifest.files if entry.status == "held" and not entry.is_gone)
        return any(entry.finding is not None and entry.finding < first for entry in held)

    def _read(self, new: New, rotation: Rotation, progress: Callable[[int, int], None]) -> None:
        with ExitStack() as stack:
            stored = stack.enter_context(StoredContents(self._context.store, self._context.settings))
            decisions = ContentDecisions(self._manifest, self._contents, rotation, stored)
            moved = decisions.move()
            files = [one for path, one in new.items() if path not in moved]
            total, done, uncommitted = sum(file.bytes for file, _ in files), 0, 0
            progress(done, total)
            # The engine is opened only if there are files to read.
            reader = stack.enter_context(PartReader(self._context)) if files else None
            for batch, parts in reader.read(self._batches(files)) if reader else ():
                for part in parts:
                    self._take(part, batch.source, decisions)
                done += batch.bytes
                progress(done, total)
                uncommitted += batch.bytes
                if uncommitted > _BYTES_PER_COMMIT:
                    self._commit()
                    uncommitted = 0
            decisions.finish()
            self._commit()
            progress(done, total)
        for entry in decisions.fresh:
            (self._report.held if entry.status == "held" else self._report.read).append(entry)

    def _batches(self, new: list[tuple[LandedFile, SourceMapping]]) -> Iterator[tuple[Batch, RunTime]]:
        """Yield the new files in batches, each with the `RunTime` that decides which records are too old.

        A file whose log delivered older records before is alone in its batch, and these records are accepted again.
        """
        given = GivenDays.of(self._manifest, self._context.settings, self._time)
        others = []
        for file, source in new:
            time = given.time_of(file.path)
            if time.given_from:
                yield Batch([file], source), time
            else:
                others.append((file, source))
        yield from ((batch, self._time) for batch in batches(others))

    def _commit(self) -> None:
        self._contents.store(self._manifest)
        self._context.store.commit(self._manifest)

    def _take(self, part: ReadPart, source: SourceMapping, decisions: ContentDecisions) -> None:
        """Move a read part into the store, and add an entry for each content that is new for its path."""
        stayed = [(place, read) for place, read in enumerate(part.files) if self._has_stayed(read.file)]
        fresh = [(place, read) for place, read in stayed if not decisions.is_known(read, source.fingerprint)]
        closed = self._manifest.closed_through
        entries = [new_entry(read.file, source, read.sha256, read.books, self._time, closed) for _, read in fresh]
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
                self._contents.refuse(entry, read.finding)
            else:
                decisions.add(entry)

    def _has_stayed(self, file: LandedFile) -> bool:
        if current_stamp(file) == file.stamp:
            return True
        # The file is still being written, or was removed: it is left to the next run.
        self._report.changing.append(file.path)
        return False

    def _part_name(self, entries: list[FileEntry]) -> str:
        """Return the name of a part, a digest of its inputs: contents, paths, mappings, and the run's day and time
        zone.
        """
        named_by = [str(self._time.day), self._context.settings.timezone]
        for entry in entries:
            named_by += [entry.sha256, entry.path, entry.mapping]
        return hashlib.sha256("\n".join(named_by).encode()).hexdigest()[:24]
