"""Names that are nearly known ones. Of files that are passed over: nearly one that authmeter reads, a slip of whoever
wrote the file, who would not see it; and those that are left alone, as not being meant for it.
"""

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from pipelines.common.errors import UsageError

_LEFT_ALONE_STARTS: Final = (".", "_")
_LEFT_ALONE_ENDS: Final = (".tmp", ".part", ".crc")


def require_no_near_name(folder: Path, names: Collection[str]) -> None:
    """Refuses what lies in a folder under a name that is nearly one of those that are read there: the same but for
    case, or for one letter more, less or other, or two that changed places.

    Raises:
        UsageError: something has such a name; the text says which.
    """
    for found in names_in(folder):
        near = [] if found in names else [name for name in names if _is_near(found.casefold(), name)]
        if near:
            raise UsageError(
                f"{found} is nearly called {near[0]}, which is what authmeter reads there.",
                where=str(folder / found),
                why="It would be passed over, as if it were not there.",
                do=f"Call it {near[0]}, or something else altogether, or move it elsewhere.",
            )


def nearly(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the three names most like an unknown one, for the end of an advice; "" if none is."""
    # Imported here: only an error needs it.
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3)
    return f" Nearly so are called: {', '.join(near)}." if near else ""


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, in order, without what is hidden and the backups of editors; nothing where it is none."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith(".") and not name.endswith("~"))
    except (FileNotFoundError, NotADirectoryError):
        return []


def has_name_left_alone(path: str) -> bool:
    """Whether a dropped file or folder is left alone for its name: it is hidden, a note, or not finished."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(_LEFT_ALONE_STARTS) or name.endswith(_LEFT_ALONE_ENDS)


def _is_near(found: str, name: str) -> bool:
    if abs(len(found) - len(name)) > 1:
        return False
    same = next((place for place, (one, two) in enumerate(zip(found, name, strict=False)) if one != two), len(name))
    rest, other = found[same:], name[same:]
    has_swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return has_swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
