"""Stores in the manifest the files of landing that no source reads, so that none is ignored without a report.

A content is hashed once, when it is new; later runs recognize it by its stamp (size, modification time, inode). Its
records do not count.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from pipelines.ingest.path_contents import PathContents
from pipelines.reading.files.landing import LandedFile, checksum_of, is_within
from pipelines.store.manifest import Manifest, UnreadFile


def note_unread(
    manifest: Manifest,
    contents: PathContents,
    files: Iterable[LandedFile],
    unreadable: Collection[str],
    now: datetime,
) -> bool:
    """Store the unread files in the manifest, and remove the unread files of the last run. Return whether the manifest
    changed.

    A file whose content a source read before is left out. Files in unreadable folders stay as the last run stored them.

    Args:
        contents: if the path of a new unread file has held or damaged contents, these become `replaced`.
        files: the files that no source reads.
        unreadable: the folders that could not be read.
    """
    before = manifest.unread_files
    noted = {path: file for path, file in before.items() if is_within(path, unreadable)}
    is_new = False
    for file in files:
        old = before.get(file.path)
        if old and old.stamp == file.stamp and old.sha256:
            noted[file.path] = old
            continue
        sha256 = checksum_of(file)
        if known := next((entry for entry in contents.kept_at(file.path) if entry.sha256 == sha256), None):
            # A source read this content before; only its time changed.
            known.stamp, is_new = file.stamp, True
            continue
        contents.make_room(file.path, sha256)
        is_same = old is not None and (old.sha256 == sha256 or old.stamp == file.stamp)
        first_seen = old.first_seen_at if old and is_same else now.isoformat(timespec="seconds")
        noted[file.path] = UnreadFile(sha256, file.bytes, file.stamp, first_seen)
    manifest.unread_files = dict(sorted(noted.items()))
    return is_new or manifest.unread_files != before
