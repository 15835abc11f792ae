"""Holds the contents of each path of landing while an ingest adds to them. A *content* is one version of a landed
file.
"""

from collections.abc import Iterator, Sequence

from pipelines.store.manifest import FileEntry, Manifest


class PathContents:
    """The contents of the manifest by path; each path lists its contents in order of arrival.

    Attributes:
        by_path: the contents; callers can change the lists, and `store` writes them back.
        refused: the contents that were refused in this run.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.by_path: dict[str, list[FileEntry]] = {}
        for entry in manifest.files:
            self.by_path.setdefault(entry.path, []).append(entry)
        self.refused: list[FileEntry] = []

    def at(self, path: str) -> list[FileEntry]:
        """Return the contents of a path; an empty list if it has none."""
        return self.by_path.get(path, [])

    def kept_at(self, path: str) -> Iterator[FileEntry]:
        """Yield the contents of a path that were not replaced."""
        return (entry for entry in self.at(path) if entry.status != "replaced")

    def current_at(self, path: str) -> FileEntry | None:
        """Return the current content of a path; None if it has none."""
        return current_content(self.at(path))

    def live(self) -> list[FileEntry]:
        """Return the contents that count, of all paths."""
        return [entry for entries in self.by_path.values() for entry in entries if entry.status == "read"]

    def add(self, entry: FileEntry) -> None:
        """Add a content as the newest of its path; held and damaged contents of it get the status `replaced`."""
        self.make_room(entry.path, entry.sha256)
        self.by_path.setdefault(entry.path, []).append(entry)

    def make_room(self, path: str, sha256: str) -> None:
        """Remove the content `sha256` from a path, and mark its held and damaged contents as replaced."""
        entries = self.at(path)
        entries[:] = [entry for entry in entries if entry.sha256 != sha256]
        for entry in entries:
            if entry.status in ("held", "damaged"):
                entry.status = "replaced"

    def refuse(self, entry: FileEntry, finding: str) -> None:
        """Add a damaged content; the current content of its path still counts."""
        entry.status, entry.finding = "damaged", finding
        self.refused.append(entry)
        self.add(entry)

    def store(self, manifest: Manifest) -> None:
        """Write the contents into the manifest, sorted by path."""
        manifest.files = [entry for path in sorted(self.by_path) for entry in self.by_path[path]]


def current_content(entries: Sequence[FileEntry]) -> FileEntry | None:
    """Return the newest of a path's `entries` (in order of arrival) that counts; None if there is none."""
    # Older contents with this status still count, although the file has other content now.
    return next((entry for entry in reversed(entries) if entry.status == "read"), None)
