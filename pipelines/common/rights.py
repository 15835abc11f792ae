"""Files and folders that the user who runs authmeter may not read or write: how to know such an error, whose they are,
and what to do.

Libraries have no common error for it, and not all of them name the file: it is looked for then.
"""

import errno
import os
import pwd
import re
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from shlex import quote

from pipelines.common.errors import AuthmeterError, UsageError, errors_behind

_NUMBERS = (errno.EACCES, errno.EPERM, errno.EROFS)
# As DuckDB, SQLite and Polars say it; DuckDB names the file.
_WORDS = re.compile(
    r"permission denied|read-only file system|readonly database|unable to open database file", re.IGNORECASE
)
_QUOTED = re.compile(r'"(/[^"]+)"')
# What a run writes to in its place; all else it replaces.
_WRITTEN_IN_PLACE = (".sqlite", ".db", ".lock")


def as_rights_error(error: BaseException, where: str) -> AuthmeterError | None:
    """The error in a user's words where it, or one behind it, is one of rights; None where it is another.

    Args:
        where: the data folder.
    """
    found = next((one for one in errors_behind(error) if _is_of_rights(one)), None)
    if found is None:
        return None
    named = [Path(name) for name in _names(found) if os.path.isabs(name)]
    # Where a file may be written, its folder may not be.
    there = [place for nearest in map(_nearest, named) for place in (nearest, nearest.parent)]
    closed = (place for place in chain(there, _below(Path(where))) if not _may_use(place))
    place = next(closed, named[0] if named else None)
    return rights_error(place) if place else None


def rights_error(path: Path) -> AuthmeterError:
    """The error of a path that may not be read or written, in a user's words."""
    there = _nearest(path)
    why = "What is needed there could not be read or written; the last good report still stands."
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        return AuthmeterError(
            "The file system is mounted read-only.",
            where=str(there),
            why=why,
            do="Mount it for writing, or name a data folder elsewhere with --data or AUTHMETER_DATA.",
        )
    owner, me = owner_of(there), _name(os.geteuid())
    kind, right = "folder" if there.is_dir() else "file", "write to" if os.access(there, os.R_OK) else "read"
    return AuthmeterError(
        f"The {kind} belongs to {owner}, and authmeter runs as {me}, who may not {right} it.",
        where=str(there),
        why=why,
        do=f"Give {me} the right to it again: `chmod u+rwX`."
        if owner == me
        else f"Run it as {owner}, or have the data folder given to {me}: `chown -R`.",
    )


def keep_private(file: Path, what: str, why: str, besides: str = "") -> None:
    """Refuses a file with a secret that others than its owner may read or change; a pipe has no others.

    Args:
        what: the file in an error's words, such as `The hash key`.
        why: what others could do with it.
        besides: what is to be done besides taking their rights away.

    Raises:
        UsageError: others may. The message never holds what is in the file.
        OSError: it is not there.
    """
    mode = file.stat().st_mode
    if stat.S_ISREG(mode) and mode & 0o077:
        do = f"Run `chmod 600 {quote(str(file))}`.{besides}"
        raise UsageError(f"{what} can be read or changed by others.", where=str(file), why=why, do=do)


def owner_of(path: Path) -> str:
    """The name of the user to whom a file or folder belongs."""
    return _name(path.stat().st_uid)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _is_of_rights(error: BaseException) -> bool:
    if isinstance(error, AuthmeterError):
        return False
    return (isinstance(error, OSError) and error.errno in _NUMBERS) or bool(_WORDS.search(str(error)))


def _names(error: BaseException) -> list[str]:
    """The files that an error names; what it was to become comes first."""
    if isinstance(error, OSError):
        return [os.fsdecode(name) for name in (error.filename2, error.filename) if isinstance(name, str | bytes)]
    return _QUOTED.findall(str(error))


def _nearest(path: Path) -> Path:
    """The path, else the nearest folder above it that can be looked at."""
    for place in (path, *path.parents):
        try:
            place.stat()
        except OSError:
            continue
        return place
    return Path("/")


def _may_use(place: Path) -> bool:
    return os.access(place, os.R_OK | os.W_OK | (os.X_OK if place.is_dir() else 0))


def _below(folder: Path) -> Iterator[Path]:
    """The folders of a data folder, and the files in it that are written in place."""
    for name, _, files in os.walk(folder):
        yield Path(name)
        yield from (Path(name, file) for file in files if file.endswith(_WRITTEN_IN_PLACE))
