"""Stores in the manifest the files of landing that no source reads, so that none is ignored without a report.

A content is hashed once, when it is new; later runs recognize it by its stamp (size, modification time, inode). Its
records do not count.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.reading.files.landing import LandedFile, checksum_of, is_within
from pipelines.store.manifest import FileEntry, Manifest, UnreadFile


@dataclass(frozen=True)
class Unread:
    """The files that no source reads, and the folders that could not be read."""

    files: Iterable[LandedFile]
    unreadable: Collection[str]


def note_unread(manifest: Manifest, found: Unread, entries: Mapping[str, list[FileEntry]], now: datetime) -> bool:
    """Store the unread files in the manifest, and remove the unread files of the last run. Return whether the manifest
    changed.

    A file whose content a source read before is left out. Files in unreadable folders stay as the last run stored them.

    Args:
        entries: the contents that were read or refused, by path. If the path of a new unread file has held or damaged
            contents, these become `replaced`.
    """
    before = manifest.unread_files
    noted = {path: file for path, file in before.items() if is_within(path, found.unreadable)}
    is_new = False
    for file in found.files:
        old = before.get(file.path)
        if old and old.stamp == file.stamp and old.sha256:
            noted[file.path] = old
            continue
        sha256, of_path = checksum_of(file), entries.get(file.path, [])
        if known := next((e for e in of_path if e.sha256 == sha256 and e.status != "replaced"), None):
            # A source read this content before; only its time changed.
            known.stamp, is_new = file.stamp, True
            continue
        _replace(of_path, sha256)
        is_same = old is not None and (old.sha256 == sha256 or old.stamp == file.stamp)
        first_seen = old.first_seen_at if old and is_same else now.isoformat(timespec="seconds")
        noted[file.path] = UnreadFile(sha256, file.bytes, file.stamp, first_seen)
    manifest.unread_files = dict(sorted(noted.items()))
    return is_new or manifest.unread_files != before


def _replace(entries: list[FileEntry], sha256: str) -> None:
    """Remove the content `sha256` from a path's entries, and mark its held and damaged contents as replaced."""
    entries[:] = [entry for entry in entries if entry.sha256 != sha256]
    for entry in entries:
        if entry.status in ("held", "damaged"):
            entry.status = "replaced"
