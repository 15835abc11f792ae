"""Tasks that kill their executor and are used instead of the real tasks: only once, or at each call."""

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
    """Kill the executor that calls this. If `once` is given and that file exists, do nothing, because one was killed
    before.
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
    """The task `name` of a day, which first kills its executor: each time, or only once (see `end_executor`)."""

    def __init__(self, name: str, once: Path | None) -> None:
        self._name, self._once = name, once

    def __call__(self, *given: Any) -> Iterator[pa.RecordBatch]:
        """Kill the executor, or run the real task."""
        end_executor(self._once)
        yield from getattr(tasks, self._name)(*given)


class KillingReader:
    """Opens a reader, but first kills the executor: each time, or only once (see `end_executor`)."""

    def __init__(self, once: Path | None) -> None:
        self._once = once

    @contextmanager
    def __call__(self, *given: Any) -> Iterator[Any]:
        """Kill the executor, or open a reader."""
        end_executor(self._once)
        with local_reader(*given) as reader:
            yield reader
