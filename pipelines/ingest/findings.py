"""What is wrong with a file, in words that are stored of it."""

from pipelines.common.errors import AuthmeterError
from pipelines.contract.record.masking import masked_text


def finding_of(error: Exception) -> str:
    """What is wrong with a file, by what reading it raised."""
    if isinstance(error, AuthmeterError):
        return error.what
    if isinstance(error, PermissionError):
        return "The file may not be read by the user that runs authmeter."
    if isinstance(error, OSError):
        return f"The file cannot be read: {error.strerror}"
    return f"authmeter failed on the file: {type(error).__name__}: {masked_text(str(error))}"
