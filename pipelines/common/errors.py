"""The errors that users see. Each reports what happened, where, why it matters and what to do.

Add a class only if a caller must distinguish it; a new cause needs no new class.
"""

from collections.abc import Iterator
from datetime import date

WARNED = 3
"""The exit code of a command that completed with a warning."""


class AuthmeterError(Exception):
    """An error that users see: the run or the command cannot continue. The last good report stays published.

    Args:
        what: the event, in one sentence.
        where: the file, setting, table or day.
        why: why it matters.
        do: what to do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.do = what, where, why, do

    def __str__(self) -> str:
        parts = [("", self.what), ("where: ", self.where), ("why it matters: ", self.why), ("what to do: ", self.do)]
        return "\n".join(label + text for label, text in parts if text)


class UsageError(AuthmeterError):
    """A wrong argument, setting, registry or source mapping: nothing was run."""

    exit_code = 2


def require_order(first: date, last: date, *, where: str = "", do: str = "Give the earlier day as --from.") -> None:
    """Refuse a span of days that ends before it begins, by a UsageError that names `where` and `do`."""
    if last < first:
        raise UsageError(f"The span ends ({last}) before it begins ({first}).", where=where, do=do)


def nothing_published(where: object) -> UsageError:
    """Return the error for a missing publication; `where` names the data folder or the missing file."""
    return UsageError("Nothing is published yet.", where=str(where), do="Run `authmeter run` first.")


def older_publication(where: object, lacking: str) -> UsageError:
    """Return the error for a published file without tables or columns that are needed; `lacking` describes them."""
    return UsageError(
        "The published file was written by an older version of authmeter.",
        where=str(where),
        why=lacking,
        do="Run `authmeter run`.",
    )


class InUseError(AuthmeterError):
    """Another process uses the data folder, so this process did nothing. The error does not count as a failed run."""


class BooksError(AuthmeterError):
    """Counts that must agree (books) differ, or a key exists twice: a blocking check failed, and nothing is published.

    The default of `do` asks the user to report the error, because the cause is a fault of authmeter.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        why: str = "",
        do: str = "Keep the data folder as it is and report this as a fault of authmeter.",
    ) -> None:
        super().__init__(what, where=where, why=why, do=do)


class DamagedFileError(AuthmeterError):
    """A landed file is truncated or corrupt: it is refused as a whole, and other files are still read."""


def errors_behind(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes."""
    # The chain may contain a cycle, if an error is raised again from an error that it caused.
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        yield one
        seen.append(one)
        one = one.__cause__ or one.__context__


def unforeseen(error: Exception, where: str, place: str = "") -> AuthmeterError:
    """Return the error that reports an unexpected exception to the user as a fault of authmeter.

    `place` is appended to the first sentence, such as ` in the step x`.
    """
    return AuthmeterError(
        f"This should not happen: {type(error).__name__}{place}.",
        where=where,
        why="It is a fault of authmeter; the last good report stays published.",
        do="Run `authmeter run`. If it fails again, report the message.",
    )


def damaged_file(where: str, fault: str) -> AuthmeterError:
    """Return the error for a missing or damaged file of the store; `fault` completes the sentence `A stored file …`."""
    return AuthmeterError(
        f"A stored file {fault}",
        where=where,
        why="Its records or figures would be missing; the last good report stays published.",
        do="Run `authmeter verify`: it lists all damaged files, and says how to restore each.",
    )
