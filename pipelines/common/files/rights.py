"""Recognizes errors of missing rights to files and folders, and reports the owner and the remedy.

Libraries raise different errors for missing rights. If an error names no file, the data folder is searched for it.
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
# Messages of DuckDB, SQLite and Polars; DuckDB names the file.
_WORDS = re.compile(
    r"permission denied|read-only file system|readonly database|unable to open database file", re.IGNORECASE
)
_QUOTED = re.compile(r'"(/[^"]+)"')
# Files that a run modifies in place; all others are replaced.
_WRITTEN_IN_PLACE = (".sqlite", ".db", ".lock")


def as_rights_error(error: BaseException, where: str) -> AuthmeterError | None:
    """Return an `AuthmeterError` that names an inaccessible path if the error, or one of its causes, is about rights.

    The paths in the error are tried first, then the data folder `where`. If all of them are accessible, the result
    names the path in the error. Return None for an error that is not about rights, or if no path can be named.
    """
    found = next((one for one in errors_behind(error) if is_rights_error(one)), None)
    if found is None:
        return None
    # The target of a link is named, since the link itself has no rights.
    named = [Path(os.path.realpath(name)) for name in names_of(found) if os.path.isabs(name)]
    # A file may be writable while its folder is not.
    there = [place for nearest in map(_nearest, named) for place in (nearest, nearest.parent)]
    closed = (place for place in chain(there, _below(Path(where))) if not _may_use(place))
    if place := next(closed, None):
        return rights_error(place)
    # If all paths are accessible, EPERM means that the file system lacks the operation.
    is_known = isinstance(found, OSError) and found.errno == errno.EPERM
    return rights_error(named[0]) if named and not is_known else None


def rights_error(path: Path) -> AuthmeterError:
    """Return the error for a path that this user has no right to read or write."""
    there = _nearest(path)
    why = "The command cannot go on without it; the last good report stays published."
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
        f"The {kind} belongs to {owner}, and authmeter runs as {me}, which has no right to {right} it.",
        where=str(there),
        why=why,
        do=f"Restore the right of {me}: `chmod u+rwX`."
        if owner == me
        else f"Run authmeter as {owner}, or make {me} the owner of the data folder: `chown -R`.",
    )


def require_private(file: Path, what: str, why: str, besides: str = "") -> None:
    """Refuse a secret file that users other than its owner may read or change; pipes are accepted.

    Args:
        what: the name of the file in the error, such as `The hash key`.
        why: what others could do with it.
        besides: further advice, appended to the `chmod` command that removes the rights of others.

    Raises:
        UsageError: others have rights. The message never contains the content of the file.
        OSError: the file does not exist.
    """
    mode = file.stat().st_mode
    if stat.S_ISREG(mode) and mode & 0o077:
        do = f"Run `chmod 600 {quote(str(file))}`.{besides}"
        raise UsageError(f"{what} can be read or changed by others.", where=str(file), why=why, do=do)


def owner_of(path: Path) -> str:
    """Return the name of the user who owns a file or folder."""
    return _name(path.stat().st_uid)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def is_rights_error(error: BaseException) -> bool:
    """Return whether an error of the system, DuckDB, SQLite or Polars is about a missing right to a file or folder."""
    if isinstance(error, AuthmeterError):
        return False
    return (isinstance(error, OSError) and error.errno in _NUMBERS) or bool(_WORDS.search(str(error)))


def names_of(error: BaseException) -> list[str]:
    """Return the files that an error names, the target of a rename first."""
    if isinstance(error, OSError):
        return [os.fsdecode(name) for name in (error.filename2, error.filename) if isinstance(name, str | bytes)]
    return _QUOTED.findall(str(error))


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest folder above it that is accessible."""
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
    """Yield the folders of a data folder, and the files in it that are modified in place."""
    for name, folders, files in os.walk(folder):
        here = Path(name)
        yield here
        # `os.walk` does not enter a folder that it may not list.
        yield from (here / one for one in folders if not (here / one).is_symlink())
        yield from (here / file for file in files if file.endswith(_WRITTEN_IN_PLACE))
