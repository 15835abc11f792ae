"""A scheduler that starts after another one was killed, and one that is stopped while it starts."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

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


def test_a_signal_while_the_scheduler_starts_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen

    def interrupted(*command: Any, **options: Any) -> subprocess.Popen[bytes]:
        os.kill(os.getpid(), signal.SIGTERM)
        return start(*command, **options)

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    begun = time.monotonic()
    assert run_scheduler(["sleep", "20"], tmp_path, tmp_path, lambda: None) == 0
    assert time.monotonic() - begun < 10
