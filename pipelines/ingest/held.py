"""Finds held contents, counts the records that accepting them would remove, and accepts them on request."""

from datetime import date

from pipelines.common.errors import UsageError
from pipelines.ingest.path_contents import current_content
from pipelines.ingest.replacing import oldest, sharing
from pipelines.ingest.stored_contents import StoredContents, key_of
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.store import Store


def held_content(store: Store, manifest: Manifest, path: str) -> FileEntry:
    """Return the held content of a path. Raises UsageError if the path has none."""
    held = next((entry for entry in manifest.files if entry.path == path and entry.status == "held"), None)
    if held is None:
        others = sorted(entry.path for entry in manifest.files if entry.status == "held")
        raise UsageError(
            f"No held file has the path {path!r}.",
            where=str(store.landing),
            why="Only held files can be accepted.",
            do="Held are: " + (", ".join(others) if others else "none") + ".",
        )
    return held


def removed_records(manifest: Manifest, held: FileEntry, contents: StoredContents) -> dict[date, int]:
    """Return how many records of each day would be lost if the held content replaced its path's current content."""
    live = current_content([entry for entry in manifest.files if entry.path == held.path])
    if live is None:
        return {}
    others = sharing([live], [entry for entry in manifest.live_files() if entry is not live])
    return contents.lost([live], oldest(manifest), [held], others).get(key_of(live), {})


def accept_held(store: Store, manifest: Manifest, path: str) -> FileEntry:
    """Replace the current content of a path by its held content, even if records are lost, and return the held content.
    The next run restates the affected days.

    Raises:
        UsageError: the path has no held content.
    """
    held = held_content(store, manifest, path)
    if live := current_content([entry for entry in manifest.files if entry.path == path]):
        live.status = "replaced"
    held.status, held.finding = "read", None
    store.commit(manifest)
    return held
