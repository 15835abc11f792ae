"""Converts errors of reading a file to the finding, a message for the user that is stored with the file's entry."""

from pipelines.common.errors import AuthmeterError
from pipelines.contract.record.masking import masked_text


def finding_of(error: Exception) -> str:
    """Return the finding for the error that reading a file raised."""
    if isinstance(error, AuthmeterError):
        return error.what
    if isinstance(error, PermissionError):
        return "The file may not be read by the user that runs authmeter."
    if isinstance(error, OSError):
        return f"The file cannot be read: {error.strerror}"
    return f"authmeter failed on the file: {type(error).__name__}: {masked_text(str(error))}"
