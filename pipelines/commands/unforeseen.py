"""Turns an unforeseen exception into an error message without a traceback, for the command line."""

import tempfile
import traceback
from contextlib import suppress

from pipelines.common.errors import AuthmeterError
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.contract.record.masking import masked_text


def unforeseen(error: Exception) -> AuthmeterError:
    """Return the error to show for an exception that is being handled.

    For an error of the machine, such as a full disk, the error explains the cause. Any other exception is a bug:
    its traceback is written to a file, in which possible personal data are masked.
    """
    return as_machine_error(error, "the folder that was being written") or _fault(error)


def _fault(error: Exception) -> AuthmeterError:
    where, message = "", "the message"
    # Without room for the trace, the message alone must reach the user.
    with (
        suppress(OSError),
        tempfile.NamedTemporaryFile("w", prefix="authmeter-fault-", suffix=".txt", delete=False) as trace,
    ):
        trace.write("\n".join(masked_text(line) for line in traceback.format_exc().splitlines()))
        trace.flush()
        where, message = trace.name, "the message with that file"
    first_line = masked_text(str(error).strip().splitlines()[0] if str(error).strip() else "no message")
    return AuthmeterError(
        f"This should not happen: {type(error).__name__}: {first_line}",
        where=where,
        why="It is a fault of authmeter; the last good report stays published.",
        do=f"Run again. If it fails again, report {message}.",
    )
