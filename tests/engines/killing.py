"""Replacements for tasks of the Spark engine that first kill their executor, once or at each call."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.engines.spark import tasks
from pipelines.run.engines import local_reader


def end_executor(once: Path | None) -> None:
    """Kill the executor that runs this.

    If `once` is given, do so only if this file does not exist yet, and create it.
    """
    if once is not None:
        try:
            once.touch(exist_ok=False)
        except FileExistsError:
            return
    # The parent of this worker starts workers; its parent is the executor.
    worker = Path(f"/proc/{os.getppid()}/stat").read_text()
    os.kill(int(worker.rpartition(")")[2].split()[1]), signal.SIGKILL)
    # It takes a moment until this process is ended, too.
    signal.pause()


class Killing:
    """Kills the executor as `end_executor` does, and otherwise runs the function `name` of `tasks`."""

    def __init__(self, name: str, once: Path | None) -> None:
        self._name, self._once = name, once

    def __call__(self, *given: Any) -> Iterator[pa.RecordBatch]:
        end_executor(self._once)
        yield from getattr(tasks, self._name)(*given)


class KillingReader:
    """Kills the executor as `end_executor` does, and otherwise opens a reader of record files."""

    def __init__(self, once: Path | None) -> None:
        self._once = once

    @contextmanager
    def __call__(self, *given: Any) -> Iterator[Any]:
        end_executor(self._once)
        with local_reader(*given) as reader:
            yield reader
