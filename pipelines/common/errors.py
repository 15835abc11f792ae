"""The errors a user can meet. Each says what happened, where, why it matters and what to do.

Add a class only where a caller must tell it from the others; a new cause needs no new class.
"""

from collections.abc import Iterator

WARNED = 3
"""The exit code of a command that is done while a warning fired."""


class AuthmeterError(Exception):
    """The run cannot go on; the last good report still stands.

    Args:
        what: what happened, one sentence.
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


def nothing_published(where: object) -> UsageError:
    """What a command that reads what is published says before the first run, the same and with the same exit code."""
    return UsageError("Nothing is published yet.", where=str(where), do="Run `authmeter run` first.")


def older_publication(where: object, lacking: str) -> UsageError:
    """What such a command says where the published file has not got what this version asks of it."""
    return UsageError(
        "What is published is of an older version of authmeter.",
        where=str(where),
        why=lacking,
        do="Run `authmeter run`.",
    )


class InUseError(AuthmeterError):
    """Another process works on the data folder: this one did nothing, which is no failure of the folder's last run."""


class BooksError(AuthmeterError):
    """Books do not balance, or a key exists twice: a blocking check failed, and nothing is published.

    The cause is a fault of authmeter, so the advice is the same unless a check gives its own.
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
    """A landed file is cut or corrupt: it is refused whole, the others go on."""


def errors_behind(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it came from."""
    # An error may come to stand behind itself, where it is raised once more from one that it caused.
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        yield one
        seen.append(one)
        one = one.__cause__ or one.__context__
