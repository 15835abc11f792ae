"""Copies the output of a run into the files that Dagster shows on the run's page."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def output_copied_to(file: Path) -> Iterator[None]:
    """Copy the output of the `with` block to `<file>.out` and `<file>.err`; create `<file>.complete` if it succeeds."""
    out, err, complete = (file.with_name(f"{file.name}.{kind}") for kind in ("out", "err", "complete"))
    out.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(_Both(sys.stdout, stack.enter_context(out.open("a")))))
        stack.enter_context(redirect_stderr(_Both(sys.stderr, stack.enter_context(err.open("a")))))
        yield
    complete.touch()


class _Both(io.TextIOBase):
    """Writes to two streams; a failing stream, such as a pipe without a reader, does not end the run."""

    def __init__(self, *streams: TextIO) -> None:
        self._streams = streams

    def write(self, text: str, /) -> int:
        for stream in self._streams:
            with suppress(OSError):
                stream.write(text)
        return len(text)

    def flush(self) -> None:
        for stream in self._streams:
            with suppress(OSError):
                stream.flush()
