"""Runs `dagster dev` as a process tree, one per data folder, and ends the processes that a killed tree left.

The standard input of the tree is a lock file. All processes of the tree inherit the lock, so it is free as soon as all
of them have ended. They form one process session, so processes that outlive a killed `authmeter dev` can be ended
together.
"""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.common.errors import AuthmeterError, InUseError

# `dagster dev` itself waits ten seconds for its processes to end.
_PATIENCE_S = 20


def run_scheduler(command: Sequence[str], home: Path, folder: Path, before: Callable[[], object]) -> int:
    """Run the command as the only scheduler of a Dagster home until it ends or is stopped; return its exit code, or 0
    if this process was signalled to stop.

    Args:
        folder: working directory of the command.
        before: called as soon as no other scheduler can be running.

    Raises:
        InUseError: another scheduler runs on the home, and the `authmeter dev` that started it is alive.
        AuthmeterError: processes of a killed scheduler do not end.
    """
    descriptor = os.open(home / ".scheduler.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, home)
        _note(descriptor, {"head": os.getpid(), "session": 0})
        before()
        stopped, tree = False, None

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True
            if tree:
                tree.send_signal(signal.SIGINT)

        # Set before the tree starts, which would inherit signals that this process ignores: SIGINT is ignored in
        # processes that a shell starts in the background.
        handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            tree = subprocess.Popen(command, cwd=folder, stdin=descriptor, start_new_session=True)
            _note(descriptor, {"head": os.getpid(), "session": tree.pid})
            if stopped:
                # The signal came before there was a tree to pass it on to.
                tree.send_signal(signal.SIGINT)
            code = tree.wait()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        # `dagster dev` has ended; processes that it could not end are killed.
        _signal(tree.pid, signal.SIGKILL)
        _note(descriptor, {})
        return 0 if stopped else code
    finally:
        os.close(descriptor)


def _take(descriptor: int, home: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + _PATIENCE_S
        is_signalled = False
        while time.monotonic() < until:
            if _try_lock(descriptor):
                return
            note = _noted(descriptor)
            if note is None or _is_alive(note["head"]):
                raise InUseError(
                    f"Dagster already runs on this data folder, as process {note['head'] if note else '?'}.",
                    where=str(home),
                    why="Two schedulers would each start every run.",
                    do="Use the running one, or stop it first (Ctrl-C).",
                )
            # Its `authmeter dev` was killed, and the processes that it started still run.
            if not is_signalled:
                _signal(note["session"], number)
                is_signalled = True
            time.sleep(0.1)
    raise AuthmeterError(
        "Processes of a killed `authmeter dev` do not end.",
        where=str(home),
        why="Two schedulers would each start every run.",
        do="End the processes of `dagster dev` by hand, then start again.",
    )


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(descriptor: int, note: dict[str, int]) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)


def _noted(descriptor: int) -> dict[str, int] | None:
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        return {name: int(note[name]) for name in ("head", "session")}
    except (ValueError, KeyError):
        return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(session: int, number: int) -> None:
    if not session:
        return
    try:
        os.killpg(session, number)
    except ProcessLookupError:
        return
