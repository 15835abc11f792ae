"""Ends a command in order when a signal such as Ctrl-C arrives: `finally` clauses run, and nothing else begins.

A signal raises an exception in the main thread. Libraries written in C do not always pass it on: DuckDB raises an error
of its own ("Query interrupted"), and an import that such a library starts drops the exception.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_SECONDS_UNTIL_IMPORTED = 0.02
# The signal that arrived, if one did.
_arrived: signal.Signals | None = None


@contextmanager
def ends_in_order(*numbers: signal.Signals) -> Iterator[None]:
    """In the `with` block, raise an exception if one of the signals `numbers` arrives: `KeyboardInterrupt` for SIGINT,
    `SystemExit(128 + n)` for another signal n.

    Signals that are ignored or already have a handler stay as they are. Must be called in the main thread.
    """
    global _arrived
    defaults = (signal.SIG_DFL, signal.default_int_handler)
    replaced = {one: handler for one in numbers if (handler := signal.getsignal(one)) in defaults}
    alarm = signal.getsignal(signal.SIGALRM)
    for number in replaced:
        signal.signal(number, _end)
    try:
        with end_noticed():
            yield
    finally:
        # By default, an alarm that is still to come would end the process.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        for number, handler in replaced.items():
            signal.signal(number, handler)
        if _arrived in replaced:
            _arrived = None


@contextmanager
def end_noticed() -> Iterator[None]:
    """Raise the exception of a signal that arrived: before the `with` block, or in place of an error that ends it.

    Each signal raises only one exception, so that work after it, such as writing a status, is not ended, too.
    """
    if ending := _taken():
        raise ending
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        _taken()
        raise
    except Exception as error:
        if ending := _taken():
            raise ending from error
        raise


def _end(number: int, frame: FrameType | None) -> None:
    global _arrived
    if number != signal.SIGALRM:
        _arrived = signal.Signals(number)
    # An exception during an import can be lost, or leave the module locked: another thread that imports it would wait
    # without end. So an alarm calls this function again after a moment.
    if _arrived and _is_importing(frame):
        signal.signal(signal.SIGALRM, _end)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS_UNTIL_IMPORTED)
    elif _arrived:
        raise _exception_of(_arrived)


def _is_importing(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _taken() -> BaseException | None:
    global _arrived
    # Signals arrive in the main thread only.
    if not _arrived or current_thread() is not main_thread():
        return None
    number, _arrived = _arrived, None
    return _exception_of(number)


def _exception_of(number: signal.Signals) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
