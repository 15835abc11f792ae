"""A lock file that allows one run at a time per data folder, and reports the holder."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pipelines.common.errors import InUseError

# The command that continues the work of every killed command.
_RUN: Final = "run"
# Commands that store nothing: if one of them is killed, no work is left to continue.
_WITHOUT_WORK: Final = ("verify", "whatif")
# `is_held` takes the lock for an instant, so a lock that is taken is tried again for this time.
_PATIENCE_S: Final = 0.2

_held: set[str] = set()


@contextmanager
def hold(lock: Path, doing: str, now: datetime) -> Iterator[None]:
    """Lock a data folder for this process, by the file `lock` in its warehouse. Calls in one process can be nested.

    While the lock is held, the file contains a note: the number of the process, its command (`doing`) and the time
    `now`. A killed process loses its lock, but leaves its note for `authmeter status` and the next command.

    Raises:
        InUseError: another process holds the lock; the message contains its note, with the time in the zone of `now`.
    """
    name = str(lock)
    if name in _held:
        yield
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _take(descriptor)
        except BlockingIOError:
            raise InUseError(
                f"The data folder is in use: {_holder(descriptor, now)}.",
                where=str(lock.parents[1]),
                why="Two runs at once would publish over each other.",
                do="Wait until it has ended, then run again.",
            ) from None
        except OSError as error:
            # The system names no file: such file systems have no locks.
            raise OSError(error.errno, error.strerror, name) from None
        # If `verify` or `whatif` is killed, the note of the command that was killed before them must not be lost.
        left = killed_work(_note(descriptor))
        note = {"process": os.getpid(), "doing": doing, "since": now.isoformat(timespec="seconds")}
        _write(descriptor, {**note, "left": left} if left and doing in _WITHOUT_WORK else note)
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)
            # A run continues all unfinished work, and any other command only that of the same command.
            _write(descriptor, {} if doing in (_RUN, left.get("doing")) else left)
    finally:
        os.close(descriptor)


def parsed_note(text: bytes) -> dict[str, Any]:
    """Return the note in the content of a lock file; empty if there is none."""
    try:
        note = json.loads(text)
        return note if isinstance(note, dict) else {}
    except ValueError:
        return {}


def killed_work(note: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the note of the killed command that left unfinished work; empty if there is none.

    `note` is the note of the last killed process. If that process ran `verify` or `whatif`, it left no unfinished work,
    but its note can contain the note of an earlier killed command (`left`).
    """
    return note.get("left", {}) if note.get("doing") in _WITHOUT_WORK else note


def is_held(lock: Path) -> bool:
    """Return whether a process holds the lock.

    Raises:
        OSError: the file does not exist or cannot be read, or its file system has no locks.
    """
    # The number of a process in the note is not enough: another process can have the number of a killed one, and
    # processes of other containers cannot be found by number.
    descriptor = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int) -> None:
    """Take the lock. Raises BlockingIOError if another process holds it, OSError if the file system has no locks."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
        time.sleep(_PATIENCE_S / 10)


def _note(descriptor: int) -> dict[str, Any]:
    """Return the note in the file; empty if there is none."""
    return parsed_note(os.pread(descriptor, 4096, 0))


def _write(descriptor: int, note: Mapping[str, Any]) -> None:
    """Replace the note in the file; an empty note empties the file."""
    os.ftruncate(descriptor, 0)
    if note:
        os.pwrite(descriptor, json.dumps(note).encode(), 0)


def _holder(descriptor: int, now: datetime) -> str:
    """Return the holder in words, with the time of its note in the time zone of `now`."""
    try:
        note = _note(descriptor)
        since = datetime.fromisoformat(note["since"]).astimezone(now.tzinfo).isoformat(timespec="seconds")
        return f"process {note['process']} has been doing `{note['doing']}` since {since}"
    except (KeyError, TypeError, ValueError):
        return "another process holds it"
