"""A scheduler that starts after another one was killed."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
from pathlib import Path

from pipelines.orchestration.home.scheduler_process import run_scheduler


def test_processes_of_a_killed_scheduler_are_ended(tmp_path: Path) -> None:
    lock = tmp_path / ".scheduler.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        left = subprocess.Popen(["sleep", "60"], stdin=held, start_new_session=True)
    try:
        with subprocess.Popen(["true"]) as head:
            head.wait()
        lock.write_text(json.dumps({"head": head.pid, "session": left.pid}))
        assert run_scheduler(["true"], tmp_path, tmp_path, lambda: None) == 0
        assert left.wait(10) == -signal.SIGTERM
    finally:
        left.kill()
        left.wait()
