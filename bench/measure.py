"""Runs one command and measures its time, by the clock and on the processors, and its memory. `contestants.py` defines
the commands, `tables.py` prints the numbers.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SAMPLING_SECONDS = 0.1
_KIB = 1024


class BenchError(Exception):
    """The benchmark cannot be completed; the text gives the reason."""


@dataclass(frozen=True)
class Run:
    """The measured values of one command.

    Args:
        seconds: from start to end.
        user_seconds: processor time in user mode of the process and the children that it waited for.
        peak_bytes: peak memory of the process and its children together.
        output: its printed text.
    """

    seconds: float
    user_seconds: float
    peak_bytes: int
    output: str


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command in the project's folder and return its measured values. `environment` is added to this process's
    own environment.

    Raises:
        BenchError: the exit code is not in `allowed`.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    peak = [0]
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, peak, done))
    sampler.start()
    assert process.stdout is not None
    output = process.stdout.read()
    # wait4 rather than wait: it gives the kernel's own peak of the largest process, which samples may miss.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    sampler.join()
    if process.returncode not in allowed:
        raise BenchError(f"{' '.join(command)}\nended with exit code {process.returncode}:\n{output[-2000:]}")
    # The peak of the process that starts it is a child's from the beginning: only above that it says something.
    kernel = usage.ru_maxrss if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss else 0
    return Run(seconds, usage.ru_utime, max(peak[0], kernel * (1 if sys.platform == "darwin" else _KIB)), output)


def _sample(pid: int, peak: list[int], done: threading.Event) -> None:
    """Until `done` is set, keep the highest resident memory of a process and its descendants in `peak[0]`, in bytes.

    Without /proc, it is always 0.
    """
    while not done.wait(_SAMPLING_SECONDS):
        peak[0] = max(peak[0], sum(_resident(process) for process in _tree(pid)))


def _tree(pid: int) -> list[int]:
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    except OSError:
        pass  # The process has ended, or the system has no /proc: the memory found so far counts.
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
