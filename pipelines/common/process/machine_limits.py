"""Recognizes errors caused by the limits of the machine: a full disk, no memory, missing rights.

A full disk or memory is not the fault of a file, and ends the run with an explanation. DuckDB, SQLite and Python have
no common error for it, so their messages are searched.
"""

import errno
import os
import re
import tempfile

from pipelines.common.errors import AuthmeterError, errors_behind
from pipelines.common.files.rights import as_rights_error

_ROOM_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_WORDS = re.compile(
    r"no space left on device|disk quota exceeded|file too large|database or disk is full|"
    r"max_temp_directory_size|maximum swap space",
    re.IGNORECASE,
)
_DISK_WORDS = re.compile(r"disk i/o error|unable to open database file", re.IGNORECASE)
# The disk counts as full if a file of this size cannot be written.
_FEW_BYTES = 1 << 20
_MEMORY_WORDS = re.compile(r"out ?of ?memory|bad.?alloc|cannot allocate memory|failed to allocate", re.IGNORECASE)


def is_disk_full(error: BaseException) -> bool:
    """Return whether the error, or one of its causes, reports a full disk."""
    return any(
        (isinstance(one, OSError) and one.errno in _ROOM_NUMBERS) or _ROOM_WORDS.search(str(one))
        for one in errors_behind(error)
    )


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
    """Return an `AuthmeterError` that explains a full disk, too little memory or missing rights to the user.

    Return None for any other error, and for an error that is already an `AuthmeterError`.

    Args:
        where: the data folder.
    """
    if isinstance(error, AuthmeterError):
        return None
    if is_disk_full(error) or (_is_disk_error(error) and not _has_room(where)):
        return AuthmeterError(
            "The disk is full.",
            where=where,
            why="The step did not finish; the last good report stays published.",
            do="Free space where the data folder is, then run again. Nothing else is needed.",
        )
    if is_out_of_memory(error):
        return AuthmeterError(
            "There is not enough memory.",
            where=f"memory_limit in authmeter.toml, and the memory of the machine ({where})",
            why="The step did not finish; the last good report stays published.",
            do="Lower memory_limit below the machine's free memory, or add memory, then run again.",
        )
    return as_rights_error(error, where)


def _is_disk_error(error: BaseException) -> bool:
    """Return whether SQLite reported a disk error that a full disk may have caused."""
    return any(_DISK_WORDS.search(str(one)) for one in errors_behind(error))


def _has_room(where: str) -> bool:
    """Return whether the disk has room for a small file in the folder. Any other error counts as room.

    The free bytes of the disk do not show a quota or a limit on file sizes, so a file is written.
    """
    try:
        with tempfile.TemporaryFile(dir=where) as probe:
            probe.write(os.urandom(_FEW_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno not in _ROOM_NUMBERS
    return True
