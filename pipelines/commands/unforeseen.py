"""What is said of an error that nobody foresaw: the last net of the command line, without a traceback."""

import tempfile
import traceback

from pipelines.common.errors import AuthmeterError
from pipelines.common.machine_limits import as_machine_error
from pipelines.contract.record.masking import masked_text


def unforeseen(error: Exception) -> AuthmeterError:
    """The error in one screen, while it is handled: what the machine lacked, or else a fault of ours, whose trace goes
    to a file, with what may be personal masked.
    """
    return as_machine_error(error, "the folder that was written to") or _fault(error)


def _fault(error: Exception) -> AuthmeterError:
    with tempfile.NamedTemporaryFile("w", prefix="authmeter-fault-", suffix=".txt", delete=False) as trace:
        trace.write("\n".join(masked_text(line) for line in traceback.format_exc().splitlines()))
    first_line = masked_text(str(error).strip().splitlines()[0] if str(error).strip() else "no message")
    return AuthmeterError(
        f"This should not happen: {type(error).__name__}: {first_line}",
        where=trace.name,
        why="It is a fault of authmeter; the last good report still stands.",
        do="Run again; if it comes back, report it with that file.",
    )
