"""Reads the id for `authmeter trace` from an option or standard input, and hides it in the process title.

The module imports little, because the id is visible in the process title until `wanted_of` has hidden it.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from pipelines.common.errors import UsageError
from pipelines.common.process.process_title import hide_in_title
from pipelines.tracing.wanted import FIELD_OF, Wanted

_STANDARD_INPUT: Final = "-"
_LONGEST: Final = 128


def wanted_of(given: Mapping[str, str | None], more: Sequence[str]) -> Wanted:
    """Return the one id that the options give; if its text is `-`, the id is read from standard input.

    Args:
        given: the text of each option by its kind, None for an option that is not used.
        more: words that belong to no option, such as the rest of a number with blanks.

    Raises:
        UsageError: no id is given, or more than one; there are words in `more`; or the id cannot be in a log.
    """
    kinds = [kind for kind, text in given.items() if text is not None]
    for text in (*(str(given[kind]) for kind in kinds), *more):
        if text != _STANDARD_INPUT:
            hide_in_title(text)
    if more:
        raise UsageError(
            "Some words of the command belong to no option.",
            where="authmeter trace",
            why="They may be part of an id with blanks, so they are not printed.",
            do="Put the id in quotes, or give it on standard input with `-`.",
        )
    if len(kinds) != 1:
        raise UsageError(
            f"{len(kinds)} ids are given." if kinds else "No id is given.",
            where=", ".join(f"--{kind}" for kind in FIELD_OF),
            why="A trace follows one device, phone, attempt or event.",
            do="Give exactly one of these options.",
        )
    (kind,) = kinds
    text = str(given[kind])
    return Wanted(kind, _checked(kind, _read() if text == _STANDARD_INPUT else text))


def _read() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        # A lone surrogate, which `_checked` reports as an error.
        return "\udcff"


def _checked(kind: str, text: str) -> str:
    what = None
    if not 1 <= len(text) <= _LONGEST:
        what = f"The id has {len(text)} characters."
    elif any("\ud800" <= letter <= "\udfff" for letter in text):
        what = "The id is not UTF-8."
    if what:
        raise UsageError(
            what,
            where=f"--{kind}",
            why=f"Ids in log records have 1 to {_LONGEST} characters.",
            do="Give the id as it is in the log.",
        )
    return text
