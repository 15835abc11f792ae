"""Lets a command remove its temporary files when a signal ends it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ends_in_order() -> Iterator[None]:
    """End the process by `SystemExit` if SIGTERM or SIGHUP arrives during the block, so that `finally` clauses run.

    By default, these signals end a process at once. The exit code is that of a shell: 128 and the number of the signal.
    Signals that are ignored or have a handler already stay as they are. Must be called in the main thread.
    """
    arrived: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        arrived.append(number)
        sys.exit(128 + number)

    numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    except BaseException:
        # DuckDB raises an error of its own where a signal interrupts a query.
        if arrived:
            raise SystemExit(128 + arrived[0]) from None
        raise
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
