"""Reads the good and the rejected rows of one registry file, by section 13 of the contract. `registry.py` declares the
columns of each file and the values that a cell may have.
"""

# Where the contract is silent, this count decides:
# - The reason names the first bad column in the order of the contract. Duplicates are searched last, among good rows.
# - A row with more or fewer cells than the header is `malformed`, as in a log.
# - A bad header refuses the file, even if it has no rows. An empty file has neither header nor rows.

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from lab.oracle.raw_rows import raw_rows
from lab.oracle.records import Reject

Kept = TypeVar("Kept")
# The values of a row by column, before they become a typed row.
Values = dict[str, object]
# Gives the value of a cell, knowing the values before it in its row; raises ValueError where the text is none.
Parse = Callable[[str, Values], object]


class RefusedError(Exception):
    """A file lacks a column that every row needs; the text names file and column."""


class UnknownError(Exception):
    """A cell refers to something that does not exist."""


class Column(NamedTuple):
    """A column of a file; `default` is the value of an empty cell, or of an absent column."""

    name: str
    parse: Parse
    is_needed: bool = False
    default: Callable[[Values], object] = lambda values: None


class ReadFile(NamedTuple, Generic[Kept]):
    """The good and rejected rows of one file."""

    rows: list[Kept]
    rejected: list[Reject]


def read_file(
    data: Path, path: str, made: Callable[..., Kept], columns: tuple[Column, ...], key: tuple[str, ...] = ()
) -> ReadFile[Kept]:
    """Return the good and the rejected rows of `data/path`; none if the file does not exist.

    Args:
        made: the class of a row; its fields have the names of the columns.
        key: columns whose values must be unique. Later rows with the same values are rejected.

    Raises:
        RefusedError: the header lacks a needed column.
    """
    found: ReadFile[Kept] = ReadFile([], [])
    file = data / path
    if not file.exists():
        return found
    header = next(csv.reader(file.read_text("utf-8-sig").splitlines()), None)
    for name in [column.name for column in columns if column.is_needed]:
        if header is not None and name not in header:
            raise RefusedError(f"{path}: {name}")
    seen: set[tuple[object, ...]] = set()
    for line, cells in raw_rows(file):
        reason, values = ("malformed", {}) if cells is None else _row(cells, columns)
        own = tuple(values.get(name) for name in key)
        if not reason and key and own in seen:
            reason = "duplicate:" + "+".join(key)
        if reason:
            found.rejected.append(Reject(path, line, reason))
        else:
            seen.add(own)
            found.rows.append(made(**values))
    return found


def _row(cells: dict[str, str | None], columns: tuple[Column, ...]) -> tuple[str, Values]:
    """Return the reason why a row is bad and the values of the row. The reason is empty for a good row."""
    values: Values = {}
    for column in columns:
        text = cells.get(column.name)
        if text is None and column.is_needed:
            return f"missing:{column.name}", values
        try:
            values[column.name] = column.default(values) if text is None else column.parse(text, values)
        except UnknownError:
            return f"unknown:{column.name}", values
        except ValueError:
            return f"invalid:{column.name}", values
    return "", values
