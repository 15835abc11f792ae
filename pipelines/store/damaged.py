"""The error for a missing or damaged file of the store. `authmeter verify` lists all such files."""

from pipelines.common.errors import AuthmeterError


def damaged_file(where: str, fault: str) -> AuthmeterError:
    """Return the error for a missing or damaged file of the store; `fault` completes the sentence `A stored file …`."""
    return AuthmeterError(
        f"A stored file {fault}",
        where=where,
        why="Its records or figures would be missing; the last good report stays published.",
        do="Run `authmeter verify`: it lists all damaged files, and says how to restore each.",
    )
