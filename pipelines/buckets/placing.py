"""Moves downloaded objects into landing: chooses their paths, and syncs each file to disk before it gets its name."""

import hashlib
import os
import re
from collections.abc import Container, Sequence
from contextlib import suppress
from filecmp import cmp
from pathlib import Path

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError
from pipelines.buckets.ledger import FetchedObject, Ledger
from pipelines.buckets.listing import Listed
from pipelines.buckets.names import folded, paths_for
from pipelines.common.files import durable
from pipelines.common.text import Bilingual

_UNFINISHED = ".fetching"
_MD5 = re.compile(r"[0-9a-f]{32}")


class Placer:
    """Places the objects of one bucket in their folder of landing."""

    def __init__(self, landing: Path, into: str, address: Address, ledger: Ledger) -> None:
        self._landing, self._into, self._address, self._ledger = landing, into, address, ledger
        self.unfinished = landing / into / _UNFINISHED
        """The folder of unfinished downloads. Its name makes runs ignore it."""

    def require_folder(self) -> None:
        """Refuse a target folder that cannot be created, or that a run ignores.

        Raises:
            BucketError: a file or a link has the name of the folder or of one above it.
        """
        folder = self._landing / self._into
        for place in (folder, *folder.parents[: len(Path(self._into).parts) - 1]):
            if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
                name = f"landing/{place.relative_to(self._landing)}"
                raise BucketError(
                    Bilingual(f"{name} 是文件或链接，不是文件夹", f"{name} is a file or a link, not a folder")
                )

    def place(self, downloaded: Sequence[tuple[Listed, Path | None]]) -> None:
        """Move files to their paths and record the objects in the ledger. Objects without a file are only recorded."""
        durable.sync_files(file for _, file in downloaded if file)
        known = self._ledger.fetched(self._address.identity, (one.key for one, _ in downloaded))
        rows, folders, taken = [], set[Path](), set[str]()
        for one, file in downloaded:
            before = known.get(one.key)
            path = before.path if before else ""
            if file:
                if not before or not self._can_keep_path(before, file):
                    path = self._free_path(self._address.name(one.key), file, taken)
                target = self._landing / path
                if target.parent not in folders:
                    durable.make_folder(target.parent)
                    folders.add(target.parent)
                os.replace(file, target)
                taken.add(folded(path))
            rows.append(FetchedObject(one.key, one.size, one.version, path))
        durable.sync_files(sorted(folders))
        self._ledger.add_fetched(self._address.identity, rows)

    def _can_keep_path(self, before: FetchedObject, file: Path) -> bool:
        """Whether `file`, a new version of the object `before`, can have the object's old path: the path is free, or
        contains only the old or the new version.
        """
        if not before.path:
            return False
        target = self._landing / before.path
        if not os.path.lexists(target):
            return _has_room(target)
        if not target.is_file():
            return False
        # A run that was killed between moving and recording left the new file.
        return cmp(target, file, shallow=False) or _may_be_download_of(target, before)

    def _free_path(self, name: str, file: Path, taken: Container[str]) -> str:
        """Return the first possible path that no other object and no file with other content has, else the last
        possible path. `taken` are the paths of objects that are not recorded yet, as `folded` returns them.
        """
        paths = [f"{self._into}/{path}" for path in paths_for(name)]
        return next((path for path in paths if self._is_free(path, file, taken)), paths[-1])

    def _is_free(self, path: str, file: Path, taken: Container[str]) -> bool:
        if folded(path) in taken or self._ledger.is_taken(path):
            return False
        target = self._landing / path
        if os.path.lexists(target):
            # A run that was killed between moving and recording left the file.
            return target.is_file() and cmp(target, file, shallow=False)
        return _has_room(target)

    def clear_unfinished(self, kept: Container[str]) -> None:
        """Remove unfinished files except those named in `kept`, and their folder if it is empty."""
        with suppress(FileNotFoundError):
            for file in self.unfinished.iterdir():
                if file.name not in kept:
                    file.unlink()
        with suppress(OSError):
            self.unfinished.rmdir()


def _has_room(target: Path) -> bool:
    """Whether a file can be created at a path: the nearest existing path above is a folder."""
    return next(parent for parent in target.parents if os.path.lexists(parent)).is_dir()


def _may_be_download_of(target: Path, before: FetchedObject) -> bool:
    """Whether a file can be the object `before` as it was downloaded: it has the recorded size and, if the recorded
    version is an MD5, this MD5.
    """
    if target.stat().st_size != before.size:
        return False
    if not _MD5.fullmatch(before.version):
        return True
    with open(target, "rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest() == before.version
