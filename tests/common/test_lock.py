"""A data folder allows one run at a time: a second process is refused, and the message names the process that runs."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from pipelines.common.days import local_time
from pipelines.common.errors import AuthmeterError
from pipelines.common.files.lock import hold, is_held
from pipelines.common.project import PROJECT
from pipelines.store.store import Store
from tests.support import DataFolder

NOW = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.common.files.lock import hold
from pipelines.store.store import Store
with hold(Store(Path(sys.argv[1])).lock, "run", datetime(2026, 3, 10, 18, 30, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(store: Store) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store.data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_is_refused_and_learns_who_holds_it(folder: DataFolder) -> None:
    with start_holder(folder.store) as holder:
        with pytest.raises(AuthmeterError) as refused, hold(folder.store.lock, "accept", NOW):
            pass
        assert f"process {holder.pid} has been doing `run` since 2026-03-10T18:30:00+00:00" in refused.value.what
        assert refused.value.exit_code == 1
        with pytest.raises(AuthmeterError) as refused, hold(folder.store.lock, "accept", local_time(NOW, "Asia/Tokyo")):
            pass
        assert "since 2026-03-11T03:30:00+09:00" in refused.value.what
        holder.communicate("")
    with hold(folder.store.lock, "accept", NOW):
        pass


def test_a_lock_that_is_looked_at_is_not_refused(folder: DataFolder) -> None:
    """`is_held` takes the lock for a moment. A run that starts in that moment must wait instead of being refused."""
    folder.store.lock.parent.mkdir()
    with folder.store.lock.open("w") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        release = threading.Timer(0.05, fcntl.flock, (looked_at, fcntl.LOCK_UN))
        release.start()
        with hold(folder.store.lock, "run", NOW):
            assert is_held(folder.store.lock)
        release.join()
    assert not is_held(folder.store.lock)


def test_a_killed_holder_holds_nothing(folder: DataFolder) -> None:
    with start_holder(folder.store) as holder:
        holder.kill()
    with hold(folder.store.lock, "run", NOW):
        pass


@pytest.mark.parametrize(("command", "is_left"), [("run", False), ("verify", True)])
def test_only_a_run_removes_the_note_of_a_killed_run(folder: DataFolder, command: str, is_left: bool) -> None:
    with start_holder(folder.store) as holder:
        holder.kill()
    left = folder.store.lock.read_text()
    with hold(folder.store.lock, command, NOW):
        assert f'"{command}"' in folder.store.lock.read_text()
    assert folder.store.lock.read_text() == (left if is_left else "")


def test_a_command_removes_the_note_of_the_same_killed_command(folder: DataFolder) -> None:
    folder.store.lock.parent.mkdir()
    folder.store.lock.write_text('{"process": 1, "doing": "fetch", "since": "2026-03-11T02:30:00+08:00"}')
    with hold(folder.store.lock, "fetch", NOW):
        pass
    assert folder.store.lock.read_text() == ""


def test_one_process_may_hold_it_again(folder: DataFolder) -> None:
    with hold(folder.store.lock, "run", NOW), hold(folder.store.lock, "run", NOW):
        pass


def test_after_an_error_it_is_free(folder: DataFolder) -> None:
    with pytest.raises(ValueError, match="x"), hold(folder.store.lock, "run", NOW):
        raise ValueError("x")
    with start_holder(folder.store) as holder:
        holder.communicate("")
