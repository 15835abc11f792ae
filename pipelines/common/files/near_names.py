"""Detects misspelt names of files that authmeter reads, files in place of its folders, and names that it ignores in
landing.

Without the first two checks, a file or a folder would be ignored silently.
"""

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from pipelines.common.errors import UsageError

_IGNORED_STARTS: Final = (".", "_")
_IGNORED_ENDS: Final = (".tmp", ".part", ".crc")


def require_no_near_name(folder: Path, names: Collection[str]) -> None:
    """Refuse a file or folder in `folder` whose name is near to one of `names`, the names that authmeter reads there.

    A name is near if it differs in case, if one letter is added, missing or different, or if two letters are swapped.

    Raises:
        UsageError: a file has such a name; the text names it.
    """
    for found in names_in(folder):
        near = [] if found in names else [name for name in names if _is_near(found.casefold(), name)]
        if near:
            raise UsageError(
                f"The name {found} is close to {near[0]}, the name that authmeter reads there.",
                where=str(folder / found),
                why="A file or folder with this name is not read.",
                do=f"Rename it to {near[0]}, or to a name that is less similar, or move it elsewhere.",
            )


def require_folder(folder: Path, use: str) -> None:
    """Refuse a file, or a link that leads to no folder, in place of a folder that may be absent.

    Args:
        use: a sentence that says what authmeter does with the folder.

    Raises:
        UsageError: the path exists and is no folder.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        is_link = folder.is_symlink()
        raise UsageError(
            f"The {'link leads to no folder' if is_link else 'name belongs to a file'}.",
            where=str(folder),
            why=use,
            do="Mount or create the folder that it leads to, then run again."
            if is_link
            else "Move the file elsewhere, then run again.",
        )


def file_in_the_way(folder: Path) -> Path | None:
    """Return the file at the path of a folder, or at a path above it, which prevents that the folder is made; None if
    there is no such file.
    """
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), None)
    return nearest if nearest and not nearest.is_dir() else None


def nearly(name: str, known: Iterable[str]) -> str:
    """Return a sentence that lists up to three `known` names similar to `name`; "" if no name is similar."""
    # Imported lazily: only an error needs it.
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3)
    return f" Similar names: {', '.join(near)}." if near else ""


def names_in(folder: Path) -> list[str]:
    """Return the sorted names in a folder, without hidden files and editors' backups; empty if it is no folder."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith(".") and not name.endswith("~"))
    except (FileNotFoundError, NotADirectoryError):
        return []


def has_ignored_name(path: str) -> bool:
    """Return whether a file or folder in landing is ignored because its name marks it as hidden or unfinished."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(_IGNORED_STARTS) or name.endswith(_IGNORED_ENDS)


def _is_near(found: str, name: str) -> bool:
    if abs(len(found) - len(name)) > 1:
        return False
    same = next((place for place, (one, two) in enumerate(zip(found, name, strict=False)) if one != two), len(name))
    rest, other = found[same:], name[same:]
    has_swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return has_swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
