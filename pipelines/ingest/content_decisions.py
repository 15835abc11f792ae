"""Decides which contents count after new and moved contents arrived.

A new content may continue an earlier content, its *predecessor*, such as a log that grew and was then rotated. It may
also displace the current content of its path.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pipelines.ingest.entries import count_late
from pipelines.ingest.part_reader import ReadFile
from pipelines.ingest.path_contents import PathContents, current_content
from pipelines.ingest.replacing import DisplacedContent, decide, oldest
from pipelines.ingest.rotation import Rotation
from pipelines.ingest.stored_contents import StoredContents
from pipelines.store.manifest import FileEntry, Manifest


class ContentDecisions:
    """Collects the new and moved contents of a run, and decides for all of them together which contents count.

    Attributes:
        fresh: the contents that are new in this run.
    """

    def __init__(self, manifest: Manifest, contents: PathContents, rotation: Rotation, stored: StoredContents) -> None:
        self._manifest, self._contents, self._rotation, self._stored = manifest, contents, rotation, stored
        self.fresh: list[FileEntry] = []
        # The content that each new one continues (None if there is none), by `id` of the new entry.
        self._predecessors: dict[int, FileEntry | None] = {}
        self._displaced: list[DisplacedContent] = []
        # For each path with a held content, all contents that were held since its current one, in order of arrival.
        self._held = {
            path: _held_since_current(entries)
            for path, entries in contents.by_path.items()
            if any(entry.status == "held" for entry in entries)
        }

    def move(self) -> Collection[str]:
        """Find the new files that were read before under another path; move their entries and return the new paths."""
        moves = list(self._rotation.moves())
        for _, old in moves:
            # Only the last moved content is remembered at the old path.
            entries = self._contents.at(old.path)
            entries[:] = [one for one in entries if one.status != "replaced" or one.part]
        moved = [
            replace(old, path=file.path, stamp=file.stamp, is_gone=False, nulled=dict(old.nulled), days=dict(old.days))
            for file, old in moves
        ]
        for _, old in moves:
            old.status, old.part, old.part_digest = "replaced", None, None
        for entry in moved:
            if live := self._contents.current_at(entry.path):
                self._displaced.append(DisplacedContent(live, entry, by_rotation=True))
            # Added at once, so that a killed run does not lose the content.
            self._contents.add(entry)
        return {entry.path for entry in moved}

    def is_known(self, read: ReadFile, mapping: str) -> bool:
        """Return whether the path of the file has an entry of this content that was not replaced; if so, update the
        entry.

        A content that was damaged and can be read now counts as new.

        Args:
            mapping: the fingerprint of the mapping that read the file now, which is stored for a damaged content only.
        """
        entries = self._contents.at(read.file.path)
        known = next((entry for entry in entries if entry.sha256 == read.sha256 and entry.status != "replaced"), None)
        if known is None or (known.status == "damaged" and read.finding is None):
            return False
        known.stamp = read.file.stamp
        if known.status == "damaged":
            # The stored records of any other content were made by an earlier mapping.
            known.finding, known.mapping = read.finding, mapping
        # Other held or damaged contents of the path never counted, so they are dropped.
        entries[:] = [entry for entry in entries if entry is known or entry.status not in ("held", "damaged")]
        live = current_content(entries)
        if known.status == "read" and live and live is not known:
            # The content was still counted while the path had another one.
            entries[:] = [*(entry for entry in entries if entry is not known), known]
            self._displaced.append(DisplacedContent(live, None))
        return True

    def add(self, entry: FileEntry) -> None:
        """Add a new content. If its path has a current content, `finish` decides which of them count."""
        held = self._held_before_rotation(entry)
        self.fresh.append(entry)
        # The predecessor is found at once, so that a killed run does not commit the records as late.
        old = self._rotation.predecessor(entry, oldest(self._manifest), self._stored)
        self._predecessors[id(entry)] = old
        before = old or held
        count_late(entry, before.in_time if before else {}, self._manifest.closed_through)
        if live := self._contents.current_at(entry.path):
            self._displaced.append(DisplacedContent(live, entry))
        else:
            self._contents.add(entry)

    def finish(self) -> None:
        """Decide which of the displaced, held and new contents count, for all paths together."""
        grown: list[tuple[FileEntry, FileEntry]] = []
        gone = {id(old): old for old in self._predecessors.values() if old}
        for one in self._displaced:
            if one.new and not one.by_rotation:
                one.by_rotation = self._rotation.is_rotated(one.new) or self._follows_rotated(one.new)
                # Records that arrived in time under the old path of a predecessor are not late: see `add`.
                has_predecessor = self._predecessors.get(id(one.new)) is not None
                if not has_predecessor and id(one.old) not in gone:
                    grown.append((one.old, one.new))
            gone.pop(id(one.old), None)
        if closed := self._manifest.closed_through:
            for (_, new), in_time in zip(grown, self._stored.delivered_again(grown, closed), strict=True):
                count_late(new, in_time, closed)
        self._displaced += (DisplacedContent(old, None) for old in gone.values())
        self._displaced += self._held_before()
        olds = {id(one.old) for one in self._displaced}
        others = [one for one in self._contents.live() if id(one) not in olds]
        decide(self._displaced, others, self._manifest, self._stored)
        for one in self._displaced:
            if one.new:
                self._contents.add(one.new)

    def _follows_rotated(self, new: FileEntry) -> bool:
        """Return whether rotation moved a content held at the path of `new`; then `new` came by rotation too."""
        return any(self._is_at_rotated_name(one) for one in self._held.get(new.path, ()) if one is not new)

    def _held_before_rotation(self, new: FileEntry) -> FileEntry | None:
        """Return the held content that rotation moved to the path of `new`; None if there is none.

        If the same held content was copied to several paths, only the first of the new contents counts as moved.
        """
        held = (one for contents in self._held.values() for one in reversed(contents))
        moved = (one for one in held if self._is_rotated_to(one, [new]) and not self._is_at_rotated_name(one))
        return next(moved, None)

    def _is_at_rotated_name(self, held: FileEntry) -> bool:
        """Return whether rotation moved the content `held` to the path of a content that is new or counts."""
        return self._is_rotated_to(held, self.fresh + self._contents.live())

    def _is_rotated_to(self, held: FileEntry, others: Sequence[FileEntry]) -> bool:
        """Return whether rotation moved the content `held` to the path of one of `others`: see
        `Rotation.is_rotated_away`.
        """
        return self._rotation.is_rotated_away(held, others, oldest(self._manifest), self._stored)

    def _held_before(self) -> Iterator[DisplacedContent]:
        """Decide again on the contents that earlier runs held, because other contents may have the records of their
        paths now.

        Yield a `DisplacedContent` for each held content whose path has a current content that is not yet displaced. A
        held content counts at once if its path has no current content any more.
        """
        displaced = {id(one.old): one for one in self._displaced}
        for entries in self._contents.by_path.values():
            held, live = next((one for one in entries if one.status == "held"), None), current_content(entries)
            # A held content whose file is gone stays held.
            if held is None or held.is_gone:
                continue
            if live is None:
                # Rotation moved the current content away, so the held content removes no records.
                held.status, held.finding = "read", None
            elif (one := displaced.get(id(live))) is None:
                yield DisplacedContent(live, held, by_rotation=self._follows_rotated(held))
            elif one.new is None:
                # The path has no new content, so the held content takes its place.
                one.new = held


def _held_since_current(entries: Sequence[FileEntry]) -> Sequence[FileEntry]:
    """Return the contents of a path that arrived after its current content. They were held or damaged, and never
    counted. If the path has no current content, return only its newest content.
    """
    live = current_content(entries)
    return entries[entries.index(live) + 1 :] if live else entries[-1:]
