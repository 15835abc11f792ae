"""Reads TOML files that users wrote (settings, source mappings, tokens), and reports faults with their key and remedy.

The Pydantic models of the callers define the valid content.
"""

import codecs
import errno
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipelines.common.errors import UsageError
from pipelines.common.text import listed

# By Pydantic's name of the fault; all other faults keep Pydantic's text.
_WORDS = {
    "extra_forbidden": "is unknown",
    "missing": "is missing",
    "dict_type": "must be a table that begins with a line in brackets",
    "model_type": "must be a table that begins with a line in brackets",
    "tuple_type": 'must be a list, such as ["a", "b"]',
    "string_type": 'must be a text in quotes, such as "a"',
    "int_type": "must be a whole number without quotes",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number without quotes",
    "float_parsing": "must be a number",
    "date_type": "must be a day, such as 2026-11-23",
    "date_parsing": "must be a day, such as 2026-11-23",
    "date_from_datetime_parsing": "must be a day, such as 2026-11-23",
    "date_from_datetime_inexact": "must be a day, such as 2026-11-23",
}
_LIBRARY = "Input should be "
MEND_TOML = "Correct that line: a text needs quotes, a list brackets, and a table begins with [name] or [[name]]."
"""The remedy for a file that is not TOML."""


def read_toml(file: Path) -> dict[str, Any]:
    """Return the content of a TOML file, which may begin with a byte order mark.

    Raises:
        UsageError: the file is missing, a folder, or a link that leads to no file.
        ValueError: the file is not TOML; the text names the place of the error, mostly by its line.
    """
    try:
        content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EISDIR, errno.ELOOP):
            raise
        raise UsageError(
            f"The file cannot be read: {error.strerror}.",
            where=str(file),
            why="Without it, logs could be read or counted in another way.",
            do="Restore it, or remove what has its name.",
        ) from None
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(str(error)) from None


def findings(error: ValidationError, forms: Mapping[str, str] | None = None) -> str:
    """Return the first five faults of `error` as one text, each with its key, and how many more there are.

    `forms` maps keys that have a pattern to descriptions of their valid values, which are shown after `must be`.
    """
    faults = error.errors()
    # If a part of a value is faulty, leave out the fault of the whole that follows from it.
    inner = [fault["loc"] for fault in faults]
    innermost = [
        fault
        for fault in faults
        if not any(fault["loc"] == loc[: len(fault["loc"])] and fault["loc"] != loc for loc in inner)
    ]
    return listed([_in_words(fault, forms or {}) for fault in innermost], "; ")


def _in_words(fault: ErrorDetails, forms: Mapping[str, str]) -> str:
    place, kind, said = fault["loc"], fault["type"], fault["msg"]
    said = said.removeprefix("Value error, ")
    if not place:
        return said
    keys = [str(part) for part in place if isinstance(part, str)]
    if kind == "string_pattern_mismatch" and keys and keys[-1] in forms:
        said = f"must be {forms[keys[-1]]}"
    name = ".".join(map(str, place))
    if kind == "tuple_type" and isinstance(fault["input"], dict):
        return f"`{name}` must be a list of tables: begin each with [[{name}]], not [{name}]"
    if kind in _WORDS:
        return f"`{name}` {_WORDS[kind]}"
    return f"`{name}` must be {said.removeprefix(_LIBRARY)}" if said.startswith(_LIBRARY) else f"`{name}`: {said}"
