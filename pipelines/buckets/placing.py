"""Putting brought objects into landing: which file each becomes, whole and on disk before it has its name."""

import os
from collections.abc import Container, Sequence
from contextlib import suppress
from filecmp import cmp
from pathlib import Path

from pipelines.buckets.address import Address
from pipelines.buckets.ledger import Brought, Ledger
from pipelines.buckets.listing import Listed
from pipelines.buckets.names import folded, paths_for
from pipelines.common import durable

_UNFINISHED = ".fetching"


class Placer:
    """The folder of landing that the objects of one bucket come into."""

    def __init__(self, landing: Path, into: str, address: Address, ledger: Ledger) -> None:
        self._landing, self._into, self._address, self._ledger = landing, into, address, ledger
        self.unfinished = landing / into / _UNFINISHED
        """Where objects are written to; landing leaves a folder of such a name alone."""

    def place(self, brought: Sequence[tuple[Listed, Path | None]]) -> None:
        """Puts files in their places and notes the objects; one without a file is only noted."""
        durable.sync_files(file for _, file in brought if file)
        known = self._ledger.brought(self._address.identity, (one.key for one, _ in brought))
        rows, folders, taken = [], set[Path](), set[str]()
        for one, file in brought:
            path = known[one.key].path if one.key in known else ""
            if file:
                path = path or self._free_path(self._address.name(one.key), file, taken)
                target = self._landing / path
                if target.parent not in folders:
                    durable.make_folder(target.parent)
                    folders.add(target.parent)
                os.replace(file, target)
                taken.add(folded(path))
            rows.append(Brought(one.key, one.size, one.version, path))
        durable.sync_files(sorted(folders))
        self._ledger.note_brought(self._address.identity, rows)

    def _free_path(self, name: str, file: Path, taken: Container[str]) -> str:
        """The first path for an object that is that of no other object, and of no file of another content."""
        paths = [f"{self._into}/{path}" for path in paths_for(name)]
        return next((path for path in paths if self._is_free(path, file, taken)), paths[-1])

    def _is_free(self, path: str, file: Path, taken: Container[str]) -> bool:
        if folded(path) in taken or self._ledger.is_taken(path):
            return False
        target = self._landing / path
        if os.path.lexists(target):
            # A run that was killed between a file and its note left the file.
            return target.is_file() and cmp(target, file, shallow=False)
        nearest = next(parent for parent in target.parents if os.path.lexists(parent))
        return nearest.is_dir()

    def clear_unfinished(self, kept: Container[str]) -> None:
        """Removes unfinished files but those of some names, and their folder where it is empty."""
        with suppress(FileNotFoundError):
            for file in self.unfinished.iterdir():
                if file.name not in kept:
                    file.unlink()
        with suppress(OSError):
            self.unfinished.rmdir()
