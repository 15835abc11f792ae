"""Progress of a run: one line per finished stage, and on a terminal a bar while the stage runs."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from pipelines.common.process.ending import end_noticed


class Stage(Protocol):
    """A running stage: call it to report progress, and set `result` to the text that is printed at its end."""

    result: str

    def __call__(self, done: int, total: int) -> None: ...


class _QuietStage:
    def __init__(self) -> None:
        self.result = ""

    def __call__(self, done: int, total: int) -> None:
        """Do nothing: the line of the stage is printed at its end."""


class _BarStage:
    def __init__(self, update: Callable[[int, int], None]) -> None:
        self.result = ""
        self._update = update

    def __call__(self, done: int, total: int) -> None:
        self._update(done, total)


@contextmanager
def stage(name: str) -> Iterator[Stage]:
    """Run the `with` block as a stage. If it succeeds, print the stage's name, result and duration in seconds."""
    begun = time.monotonic()
    with end_noticed(), _bar(name) as bar:
        yield bar
    print(f"{name:<10} {bar.result or 'nothing new'}  {time.monotonic() - begun:.2f} s", flush=True)


@contextmanager
def _bar(name: str) -> Iterator[Stage]:
    if sys.stdout.isatty():
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description:<10}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, transient=True) as bars:
            task = bars.add_task(name, total=None)
            yield _BarStage(lambda done, total: bars.update(task, completed=done, total=total or None))
    else:
        yield _QuietStage()
