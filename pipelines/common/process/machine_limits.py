"""Recognizes errors caused by the machine and its file systems: a full disk, no memory, missing rights, a folder at the
path of a file or a file at the path of a folder, and file systems that fail or lack an operation.

A full disk or memory is not the fault of a file, and ends the run with an explanation. DuckDB, SQLite and Python have
no common error for it, so their messages are searched.
"""

import errno
import os
import re
import tempfile
from pathlib import Path

from pipelines.common.errors import AuthmeterError, errors_behind
from pipelines.common.files.near_names import file_in_the_way
from pipelines.common.files.rights import as_rights_error, names_of

_ROOM_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_WORDS = re.compile(
    r"no space left on device|disk quota exceeded|file too large|database or disk is full|"
    r"max_temp_directory_size|maximum swap space",
    re.IGNORECASE,
)
_DISK_WORDS = re.compile(r"disk i/o error|unable to open database file", re.IGNORECASE)
# Answers of a file system without an operation, such as a lock or a link, or with a disk or server that fails.
_REFUSED_NUMBERS = {
    errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV,
    errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EXDEV,
}  # fmt: skip
# The disk counts as full if a file of this size cannot be written.
_FEW_BYTES = 1 << 20
_MEMORY_WORDS = re.compile(r"out ?of ?memory|bad.?alloc|cannot allocate memory|failed to allocate", re.IGNORECASE)


def is_disk_full(error: BaseException) -> bool:
    """Return whether the error, or one of its causes, reports a full disk."""
    return any(map(_is_without_room, errors_behind(error)))


def _is_without_room(error: BaseException) -> bool:
    return (isinstance(error, OSError) and error.errno in _ROOM_NUMBERS) or bool(_ROOM_WORDS.search(str(error)))


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether the error, or one of its causes, reports too little memory."""
    return any(
        isinstance(one, MemoryError)
        or (isinstance(one, OSError) and one.errno == errno.ENOMEM)
        or type(one).__name__ == "OutOfMemoryException"
        or (not isinstance(one, AuthmeterError) and _MEMORY_WORDS.search(str(one)))
        for one in errors_behind(error)
    )


def as_machine_error(error: BaseException, where: str) -> AuthmeterError | None:
    """Return an `AuthmeterError` that explains a full disk, too little memory, missing rights, a file or folder in the
    way, or another operation that the file system refused.

    Return None for any other error, and for an error that is already an `AuthmeterError`.

    Args:
        where: the data folder.
    """
    if isinstance(error, AuthmeterError):
        return None
    if is_disk_full(error) or (_is_disk_error(error) and not _has_room(where)):
        return AuthmeterError(
            "The disk is full.",
            where=_full_folder(error, where),
            why="The step did not finish; the last good report stays published.",
            do="Free space there, then run again. Nothing else is needed.",
        )
    if is_out_of_memory(error):
        return AuthmeterError(
            "There is not enough memory.",
            where=f"memory_limit in authmeter.toml, and the memory of the machine ({where})",
            why="The step did not finish; the last good report stays published.",
            do="Lower memory_limit below the machine's free memory, or add memory, then run again.",
        )
    return as_rights_error(error, where) or _as_in_the_way(error) or _as_refused(error, where)


def _as_in_the_way(error: BaseException) -> AuthmeterError | None:
    """Return an `AuthmeterError` if a folder has the path of a file that the error names, or the reverse."""
    for one in errors_behind(error):
        if not isinstance(one, IsADirectoryError | NotADirectoryError | FileExistsError):
            continue
        named = [Path(name) for name in names_of(one)]
        is_folder = isinstance(one, IsADirectoryError)
        places = filter(Path.is_dir, named) if is_folder else filter(None, map(file_in_the_way, named))
        if place := next(places, None):
            return AuthmeterError(
                f"A {'folder' if is_folder else 'file'} is in the way.",
                where=str(place),
                why=f"authmeter needs this name for a {'file' if is_folder else 'folder'}; the last good report stays "
                "published.",
                do="Move it elsewhere, then run again.",
            )
    return None


def _as_refused(error: BaseException, where: str) -> AuthmeterError | None:
    """Return an `AuthmeterError` if the file system refused an operation for another reason than missing rights."""
    found = (one for one in errors_behind(error) if isinstance(one, OSError) and one.errno in _REFUSED_NUMBERS)
    if (refused := next(found, None)) is None:
        return None
    # The error of a rename or a link names the new path last.
    name = refused.filename2 or refused.filename
    do = (
        "Put `warehouse` with all its folders on one file system."
        if refused.errno == errno.EXDEV
        else "Check that its disk or server works, that it has locks, symbolic links and hard links, and that no file "
        "is immutable. If it lacks one of these, name a data folder elsewhere with --data or AUTHMETER_DATA."
    )
    return AuthmeterError(
        f"The file system refused an operation: {refused.strerror}.",
        where=os.fsdecode(name) if isinstance(name, str | bytes) else where,
        why="The step did not finish; the last good report stays published.",
        do=do,
    )


def _full_folder(error: BaseException, where: str) -> str:
    """Return the folder that has no room.

    If the error names a file outside of `where`, return the folder of this file. Otherwise return the folder for
    temporary files if only that is full, and `where` in all other cases. If Python finds no folder for temporary files,
    return Python's text that lists the folders it tried.
    """
    full = filter(_is_without_room, errors_behind(error))
    named = (Path(name).parent for one in full for name in names_of(one) if os.path.isabs(name))
    if outside := next((folder for folder in named if not folder.is_relative_to(where)), None):
        return str(outside)
    try:
        temp = tempfile.gettempdir()
    except FileNotFoundError as unusable:
        return str(unusable.strerror)
    return temp if _has_room(where) and not _has_room(temp) else where


def _is_disk_error(error: BaseException) -> bool:
    """Return whether SQLite reported a disk error that a full disk may have caused."""
    return any(_DISK_WORDS.search(str(one)) for one in errors_behind(error))


def _has_room(where: str) -> bool:
    """Return whether the disk has room for a small file in the folder.

    Return true also if a test file cannot be written for a reason other than missing room.
    """
    # The free bytes of the disk do not show a quota or a limit on file sizes, so a file is written.
    try:
        with tempfile.TemporaryFile(dir=where) as probe:
            probe.write(os.urandom(_FEW_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno not in _ROOM_NUMBERS
    return True
