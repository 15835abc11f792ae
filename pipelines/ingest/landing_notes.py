"""Stores the state of landing in the manifest: archives, refused and missing files, unreadable folders, mappings
without a file, declared channels, and files that no source reads. `ingest.py` adds the contents of the files that it
reads.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pipelines.common.errors import UsageError
from pipelines.contract.record.channels import CHANNELS, MOST_CHANNELS
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.context import IngestContext
from pipelines.ingest.entries import refused_entry
from pipelines.ingest.landed import Landed
from pipelines.ingest.part_reader import RunTime
from pipelines.ingest.path_contents import PathContents
from pipelines.ingest.unread_files import note_unread
from pipelines.reading.archives.archives import RefusedFile
from pipelines.reading.files.landing import LandedFile, is_archive, is_within
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.manifest import FileEntry, Manifest


def with_declared(before: Collection[str], settings: Settings) -> list[str]:
    """Return the channels that earlier settings declared (`before`) or that `settings` declare, sorted.

    Raises:
        UsageError: the channels are more than the limit.
    """
    known = sorted({*before, *settings.channels})
    if len(known) + len(CHANNELS) > MOST_CHANNELS:
        raise UsageError(
            f"{len(known)} channels were declared over time, more than the limit of {MOST_CHANNELS - len(CHANNELS)}.",
            where="[channels] in authmeter.toml",
            why="Stored records can have any of them, and devices are counted by sets of channels.",
            do="Remove the new channels. Declare channels, not campaigns or pages.",
        )
    return known


@dataclass(frozen=True)
class LandingNotes:
    """Compares the files in landing with the manifest and the known contents of each path.

    Attributes:
        tries_again: returns whether a refused content is read again although its mapping did not change.
    """

    context: IngestContext
    manifest: Manifest
    contents: PathContents
    time: RunTime
    tries_again: Callable[[FileEntry], bool]

    def is_refused(self, archive: LandedFile) -> bool:
        """Return whether an archive was refused, has not changed since, and need not be opened again. An archive is
        opened again if its bytes could not be read, or if `tries_again` selects it.
        """
        known = (e for e in self.contents.at(archive.path) if e.status == "damaged" and e.stamp == archive.stamp)
        return any(entry.sha256 and not self.tries_again(entry) for entry in known)

    def to_read(self, file: LandedFile) -> SourceMapping | None:
        """Return the mapping for a file that must be read: it is new, may have changed, or was refused and is tried
        again. Return None for all other files, and if no source reads the file.
        """
        kept = list(self.contents.kept_at(file.path))
        # A file that was renamed back has the stamp of an earlier content: it is read to make that one current again.
        same = [entry for entry in kept if entry.stamp == file.stamp == kept[-1].stamp]
        if any(entry.status != "damaged" for entry in same):
            return None
        source = self.context.sources.for_landed(file)
        # Refused files are tried again if their mapping changed or they could not be read at all: a change of
        # permissions leaves the stamp as it was.
        if any(
            entry.sha256 and (source is None or entry.mapping == source.fingerprint) and not self.tries_again(entry)
            for entry in same
        ):
            return None
        return source

    def store(self, found: Landed, read_now: Collection[str], unreadable: set[str]) -> bool:
        """Write the state of landing into the manifest. Return whether the manifest changed.

        Args:
            read_now: the paths of the files that this run reads.
            unreadable: the folders that could not be read; for their files, the manifest stays as it is.
        """
        is_noted = self._note_archives(found, unreadable)
        is_noted |= self._note_missing(found.paths, unreadable)
        is_noted |= self._note_idle_sources({file.path for file in found.files})
        is_noted |= self._note_channels()
        unread = [file for file in found.files if file.path not in read_now and self._is_unread(file)]
        return note_unread(self.manifest, self.contents, unread, unreadable, self.time.now) or is_noted

    def _note_archives(self, found: Landed, unreadable: set[str]) -> bool:
        """Store members of archives, and refused archives and members. Return whether the manifest changed."""
        before = self.manifest.archives
        kept = {path: archive for path, archive in before.items() if is_within(path, unreadable)}
        self.manifest.archives = dict(sorted((kept | found.archives).items()))
        is_new = self.manifest.archives != before
        # The archives among the files match the setting `ignore`.
        ignored = (file.path for file in found.files if is_archive(file.path))
        for path in (*found.archives, *ignored):
            # The archive is readable now, or need not be, so earlier refusals of its path are obsolete.
            for entry in self.contents.at(path):
                is_new |= entry.status == "damaged"
                entry.status = "replaced" if entry.status == "damaged" else entry.status
        for file in found.refused:
            is_new |= self._note_refused(file)
        return is_new

    def _note_refused(self, file: RefusedFile) -> bool:
        """Store a refused archive or member. Return whether the manifest changed."""
        known = [e for e in self.contents.at(file.path) if e.status == "damaged" and e.sha256 == file.sha256]
        for entry in known:
            is_other = (entry.stamp, entry.finding) != (file.stamp, file.finding)
            entry.stamp, entry.finding = file.stamp, file.finding
            return is_other
        self.contents.refuse(refused_entry(file, self.time, self.manifest.closed_through), file.finding)
        return True

    def _note_missing(self, paths: set[str], unreadable: set[str]) -> bool:
        """Store the unreadable folders, and update `is_gone` (the file no longer exists) of contents that are damaged,
        held, mostly rejected or without an accepted record. Return whether the manifest changed.
        """
        is_new = self.manifest.unreadable != sorted(unreadable)
        self.manifest.unreadable = sorted(unreadable)
        for entry in self.manifest.files:
            if entry.status in ("damaged", "held") or entry.is_fruitless or entry.is_mostly_rejected:
                is_gone = entry.is_gone if is_within(entry.path, unreadable) else entry.path not in paths
                is_new |= is_gone != entry.is_gone
                entry.is_gone = is_gone
        return is_new

    def _note_idle_sources(self, paths: set[str]) -> bool:
        """Store the user's mappings that read no present or earlier file. Return whether they changed."""
        before = self.manifest.idle_sources
        self.manifest.idle_sources = self.context.sources.idle(paths | self.contents.by_path.keys())
        return self.manifest.idle_sources != before

    def _note_channels(self) -> bool:
        """Store the channels of the settings, as parts may contain them from now on. Return whether any is new."""
        before = self.manifest.declared_channels
        self.manifest.declared_channels = with_declared(before, self.context.settings)
        return self.manifest.declared_channels != before

    def _is_unread(self, file: LandedFile) -> bool:
        """Whether no source reads a file now, and its present content was neither read nor refused before."""
        is_known = any(entry.stamp == file.stamp for entry in self.contents.kept_at(file.path))
        return not is_known and self.context.sources.for_landed(file) is None
