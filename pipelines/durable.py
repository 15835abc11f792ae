"""Writing so that a crash leaves the old or the new, never half: fsync the file, rename, fsync the folder."""

import os
import shutil
from pathlib import Path


def sync_file(path: Path) -> None:
    """Waits until the file's bytes are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Waits until the folder's entries (names made, renamed, removed) are on disk."""
    sync_file(path)


def write_file(path: Path, content: bytes) -> None:
    """Puts `content` in place of the file, in one step."""
    fresh = path.with_name(f".{path.name}.new")
    with open(fresh, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, path)
    sync_folder(path.parent)


def place_folder(fresh: Path, target: Path) -> None:
    """Moves a finished folder to its final name, its files on disk first; one that is there is taken away."""
    for file in sorted(fresh.iterdir()):
        sync_file(file)
    sync_folder(fresh)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    os.replace(fresh, target)
    sync_folder(target.parent)
