"""The files of landing that no source reads, noted in the manifest, so that none is passed over in silence.

A content is hashed once, when it is new: by size and time it is known again. Nothing of it counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.reading.files.landing import LandedFile, checksum_of, is_within
from pipelines.store.manifest import FileEntry, Manifest, UnreadFile


@dataclass(frozen=True)
class Unread:
    """What a run found: the files that no source reads, and the folders that it could not look into."""

    files: Iterable[LandedFile]
    unreadable: Collection[str]


def note_unread(manifest: Manifest, found: Unread, entries: Mapping[str, list[FileEntry]], now: datetime) -> bool:
    """Notes the unread files in place of those of the run before. Gives whether the manifest is another one now.

    Args:
        entries: the contents that were read or refused, by path.
    """
    before = manifest.unread_files
    noted = {path: file for path, file in before.items() if is_within(path, found.unreadable)}
    is_new = False
    for file in found.files:
        old = before.get(file.path)
        if old and old.stamp == file.stamp:
            noted[file.path] = old
            continue
        sha256, of_path = checksum_of(file), entries.get(file.path, [])
        if known := next((e for e in of_path if e.sha256 == sha256 and e.status != "replaced"), None):
            # It was read while a source did, and only its time is another one.
            known.stamp, is_new = file.stamp, True
            continue
        _replace(of_path, sha256)
        first_seen = old.first_seen_at if old and old.sha256 == sha256 else now.isoformat(timespec="seconds")
        noted[file.path] = UnreadFile(sha256, file.bytes, file.stamp, first_seen)
    manifest.unread_files = dict(sorted(noted.items()))
    return is_new or manifest.unread_files != before


def _replace(entries: list[FileEntry], sha256: str) -> None:
    """A path has a content once, and what was refused there is there no more."""
    entries[:] = [entry for entry in entries if entry.sha256 != sha256]
    for entry in entries:
        if entry.status in ("held", "damaged"):
            entry.status = "replaced"
