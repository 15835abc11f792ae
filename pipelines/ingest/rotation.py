"""Finds the contents that log rotation moved, and their new paths.

`replacing.py` decides what happens to the previous content of a new path. `reading/files/landing.py` recognizes the
names that rotation makes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property

from pipelines.ingest.stored_contents import StoredContents
from pipelines.reading.files.landing import (
    LandedFile,
    bare_name,
    checksum_of,
    compression_of,
    name_of,
    names_before_rotation,
)
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.manifest import FileEntry, Manifest

New = Mapping[str, tuple[LandedFile, SourceMapping]]


class Rotation:
    """Compares the contents of the manifest with the files that are in landing now.

    Args:
        landed_paths: the paths of all landed files that a source reads, and of known files in folders that cannot be
            read now.
        new: the files that are new or may have changed, by path.
    """

    def __init__(self, manifest: Manifest, landed_paths: Collection[str], new: New) -> None:
        self._landed_paths, self._new = landed_paths, new
        # The contents that counted before the run. The last one of a path is its current content.
        self._counting = manifest.live_files()
        self._current = {entry.path: entry for entry in self._counting}
        self._known = {(entry.path, entry.sha256) for entry in manifest.files if entry.status != "replaced"}
        self._paths = defaultdict[str, set[str]](set)
        for entry in manifest.files:
            if entry.status != "damaged":
                self._paths[entry.sha256].add(entry.path)
        self._checksums: dict[str, str] = {}
        self._moved: set[int] = set()
        # The bare names of rotated logs. A log whose content had no records is one of them if its file changed: a move
        # of such content cannot be recognized, so rotation is assumed.
        self._rotated = {bare_name(path) for path in new if path in self._current and not self._current[path].accepted}

    def moves(self) -> Iterator[tuple[LandedFile, FileEntry]]:
        """Yield each new file that has the same bytes as a content that left its path, with the entry of that content.

        The records of these files are stored already, so the files need not be read.
        """
        by_size = defaultdict[int, list[FileEntry]](list)
        for entry in self._left:
            by_size[entry.bytes].append(entry)
        for path, (file, source) in self._new.items():
            came = [
                entry
                for entry in by_size[file.bytes]
                if id(entry) not in self._moved and self._may_have_come(entry, path)
                and _reads_alike(source, entry, path)
                and self._checksum(path) == entry.sha256 and (path, entry.sha256) not in self._known
            ]  # fmt: skip
            if came:
                # Among equal contents, one of the same log is preferred.
                moved = min(came, key=lambda entry: bare_name(entry.path) != bare_name(path))
                self._note(moved, path)
                yield file, moved

    def predecessor(self, new: FileEntry, first: date, contents: StoredContents) -> FileEntry | None:
        """Return the earlier content that `new` continues; None if there is none.

        It is a content of the same log that left its path, and whose records from `first` on are all in `new`. The file
        may have grown before it was rotated, or been compressed afterwards.
        """
        for old in self._left_with(new.days):
            is_likely = _is_of_one_log(old.path, new.path) and old.path != new.path and _may_be_in(old, new, first)
            if is_likely and not contents.lost([old], first, [new]):
                self._note(old, new.path)
                return old
        return None

    def is_rotated(self, new: FileEntry) -> bool:
        """Return whether a new content came by rotation.

        Either it has accepted records and was read before under another path, or its name has marks of rotation and
        another content of the same log was moved.
        """
        if new.accepted and self._paths[new.sha256] - {new.path}:
            return True
        return bool(names_before_rotation(new.path)) and bare_name(new.path) in self._rotated

    def is_rotated_away(
        self, held: FileEntry, others: Iterable[FileEntry], first: date, contents: StoredContents
    ) -> bool:
        """Return whether rotation moved the held content `held` to the path of one of `others`.

        That path must be a rotated name of the same log, with the same bytes or all records of `held` from `first` on.
        If the records of `held` are no longer stored, only the bytes are compared.
        """
        is_stored = held.status == "held" and held.part is not None
        return held.accepted > 0 and any(
            _is_of_one_log(held.path, new.path) and held.path != new.path and (
                new.sha256 == held.sha256
                or (is_stored and _may_be_in(held, new, first) and not contents.lost([held], first, [new]))
            )
            for new in others
        )  # fmt: skip

    def _note(self, old: FileEntry, path: str) -> None:
        self._moved.add(id(old))
        if _is_of_one_log(old.path, path):
            self._rotated.add(bare_name(path))

    def _may_have_come(self, old: FileEntry, path: str) -> bool:
        """Return whether the content `old`, which left its path, may have moved to `path`.

        Either `path` is a rotated name of the same log, or the old path has other content now.
        """
        if old.path == path:
            return False
        # In other cases the file may have been copied and then deleted, and the content counts at both paths. Equal
        # contents without records are no evidence of a move.
        return _is_of_one_log(old.path, path) or (self._is_overwritten(old) and old.accepted > 0)

    @cached_property
    def _left(self) -> list[FileEntry]:
        """The contents that count although their path is gone or has another content now."""
        return [
            entry
            for entry in self._counting
            if entry.path not in self._landed_paths
            or self._current[entry.path] is not entry
            or self._is_overwritten(entry)
        ]

    def _left_with(self, days: Collection[date]) -> list[FileEntry]:
        """Return the contents in `_left` that were not moved, have stored events, and have a record of one of the
        `days`; the contents with the most records first.
        """
        found = {id(entry): entry for day in days for entry in self._left_by_day[day] if entry.part}
        left = (entry for number, entry in found.items() if number not in self._moved)
        return sorted(left, key=lambda entry: -entry.accepted)

    @cached_property
    def _left_by_day(self) -> dict[date, list[FileEntry]]:
        by_day = defaultdict[date, list[FileEntry]](list)
        for entry in self._left:
            for day in entry.days:
                by_day[day].append(entry)
        return by_day

    def _is_overwritten(self, old: FileEntry) -> bool:
        if old.path not in self._new or self._current[old.path] is not old:
            return False
        return self._new[old.path][0].bytes != old.bytes or self._checksum(old.path) != old.sha256

    def _checksum(self, path: str) -> str:
        """Return the checksum of a new file; empty if it cannot be read."""
        if path not in self._checksums:
            self._checksums[path] = checksum_of(self._new[path][0])
        return self._checksums[path]


def _is_of_one_log(old: str, new: str) -> bool:
    """Whether `new` is a rotated name of the same log as `old`, in any folder."""
    return _log_name(old) == _log_name(new) and bool(names_before_rotation(new))


@cache
def _log_name(path: str) -> str:
    return name_of(bare_name(path))


def _reads_alike(source: SourceMapping, entry: FileEntry, path: str) -> bool:
    """Whether the stored records of a content can be kept for its new path, so that it need not be read again.

    The new path must have the same source, format and compression. If the mapping has changed since, a content without
    accepted records is read again. A content with some is kept: read again, its records could get other ids and count
    twice.
    """
    return (
        source.name == entry.source
        and (source.fingerprint == entry.mapping or entry.accepted > 0)
        and source.format_for(path) == source.format_for(entry.path)
        and compression_of(path) == compression_of(entry.path)
    )


def _may_be_in(old: FileEntry, new: FileEntry, first: date) -> bool:
    """Whether `new` has at least as many records as `old` on each day from `first` on, and so may contain them."""
    given = {day: rows.accepted for day, rows in old.days.items() if day >= first}
    return all(day in new.days and new.days[day].accepted >= rows for day, rows in given.items())
