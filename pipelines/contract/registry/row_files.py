"""ROW FILES: reads the CSV files of bills, packages and limits, so that a bad row affects no other row.

This module splits a file into rows, and finds missing columns and duplicate keys; the reader of each file validates the
values. A file without a column that every row needs is refused.
"""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pipelines.common.errors import UsageError
from pipelines.common.text import printable
from pipelines.contract.record.fields import MALFORMED, MAX_TEXT
from pipelines.contract.record.masking import MASK, MAX_REJECTED_TEXT

# A quoted cell that runs over more lines than this is an unclosed quote.
_MOST_JOINED: Final = 64
# Most characters of a wrong header that an error shows.
_MOST_HEADER: Final = 100
# Longer numbers are refused: they are no plausible count, and exceed the integers of the tables.
_MOST_DIGITS: Final = 15
MOST_WHOLE: Final = 10**_MOST_DIGITS - 1
_WHOLE: Final = re.compile(rf"0*\d{{1,{_MOST_DIGITS}}}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,15}(\.\d*)?", re.ASCII)
# Reasons of problems with a file or folder of the registry as a whole.
NOT_UTF_8: Final = "not_utf_8"
NO_COLUMN: Final = "no_column"
UNREADABLE: Final = "unreadable"
# Names under which consoles and SDKs store secrets.
_SECRET: Final = re.compile(
    r"(?i)secret|password|passwd|token|private|credential|signing|master_?key|access_?key|api_?key"
)

T = TypeVar("T")


class BadRowError(ValueError):
    """A row that does not count; its text is the reason, such as `invalid:quantity`."""


@dataclass(frozen=True)
class Problem:
    """A problem in the registry: its place, reason and text. Most are bad rows, which do not count.

    Attributes:
        reason: as for records, such as `invalid:quantity`; `reports/content/wording/words.py` has the words.
        is_as_written: the text may be shown unchanged; otherwise phone numbers in it are masked.
        costs_row: the row does not count; otherwise the problem is of a column, a file, or a single cell.
    """

    path: str
    line: int
    reason: str
    record: str
    is_as_written: bool = False
    costs_row: bool = True


@dataclass(frozen=True)
class Row:
    """A row of a file by column; an empty cell, and an absent column, is None."""

    cells: dict[str, str | None]

    def text(self, column: str) -> str | None:
        """Return the cell, of 1 to 128 characters.

        Raises:
            BadRowError: it is longer.
        """
        value = self.cells.get(column)
        if value is not None and len(value) > MAX_TEXT:
            raise BadRowError(f"invalid:{column}")
        return value

    def needed(self, column: str) -> str:
        """Return the cell of a column that every row needs.

        Raises:
            BadRowError: it is empty or too long.
        """
        value = self.text(column)
        if value is None:
            raise BadRowError(f"missing:{column}")
        return value

    def whole(self, column: str, least: int = 0) -> int | None:
        """Return the cell as a whole number, written with digits only.

        Raises:
            BadRowError: it is another text, or less than `least`.
        """
        value = self.text(column)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value) or int(value) < least:
            raise BadRowError(f"invalid:{column}")
        return int(value)

    def needed_whole(self, column: str, least: int = 0) -> int:
        """Return the cell of a column that every row needs, as a whole number.

        Raises:
            BadRowError: it is empty, another text, or less than `least`.
        """
        self.needed(column)
        return self.whole(column, least) or 0

    def amount(self, column: str) -> float | None:
        """Return the cell as an amount of money in yuan.

        Raises:
            BadRowError: it is not such a number.
        """
        value = self.text(column)
        if value is None:
            return None
        if not _AMOUNT.fullmatch(value):
            raise BadRowError(f"invalid:{column}")
        return float(value)


@dataclass(frozen=True)
class RowFile:
    """A file and its required columns.

    Attributes:
        path: its path in `rejected_records`, such as `registry/limits.csv`.
        columns: the columns that are read.
        needed: the columns that every row needs.
        key: the columns that together are unique; empty if rows may repeat.
    """

    file: Path
    path: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    key: tuple[str, ...] = ()


def read_row_file(
    asked: RowFile, value_of: Callable[[Row], T], key_of: Callable[[T], Hashable], problems: list[Problem]
) -> list[T]:
    """Return the values of a file's valid rows, in order; bad ones are added to `problems`.

    Without a file, return none.

    Args:
        value_of: returns the value of a row; raises BadRowError for the first wrong column.
        key_of: returns the key of a value; of two values with the same key, the first counts.

    Raises:
        UsageError: the file cannot be read, or lacks a column that every row needs.
    """
    if not os.path.lexists(asked.file):
        return []
    text = registry_text(asked.file, "What it says would count as nothing.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = [name.strip() for name in _cells(lines[0]) or []]
    _require_columns(asked, header)
    secrets = secret_columns(header, asked.columns)
    problems += [Problem(asked.path, 1, f"secret:{name}", name, costs_row=False) for name in secrets]
    problems += repeated_columns(asked.path, header, asked.columns)
    values: list[T] = []
    seen: set[Hashable] = set()
    for line, text, cells in _rows(lines, len(header)):
        try:
            if cells is None:
                raise BadRowError(MALFORMED)
            value = value_of(Row(by_column(header, [cell.strip() or None for cell in cells])))
            if asked.key and key_of(value) in seen:
                raise BadRowError("duplicate:" + "+".join(asked.key))
        except BadRowError as error:
            record = MASK if secrets else text[:MAX_REJECTED_TEXT]
            problems.append(Problem(asked.path, line, str(error), record, is_as_written=True))
            continue
        seen.add(key_of(value))
        values.append(value)
    return values


def secret_columns(header: Iterable[str], columns: Collection[str]) -> list[str]:
    """Return the columns of a header whose names suggest secrets, except the columns that are read."""
    return [name for name in dict.fromkeys(header) if name not in columns and _SECRET.search(name)]


def repeated_columns(path: str, header: Iterable[str], columns: Iterable[str]) -> list[Problem]:
    """Return a problem for each column that is read and that a header has more than once."""
    count = Counter(header)
    return [Problem(path, 1, f"repeated_column:{name}", name, costs_row=False) for name in columns if count[name] > 1]


def by_column(header: Sequence[str], values: Sequence[str | None]) -> dict[str, str | None]:
    """Return the values of a row by column; of a repeated column the first counts."""
    return dict(reversed(list(zip(header, values, strict=False))))


def registry_text(file: Path, why: str) -> str:
    """Return the text of a registry file; bytes that are not UTF-8 become the replacement character.

    Args:
        why: why it matters that the file cannot be read.

    Raises:
        UsageError: the file exists and cannot be read.
    """
    try:
        return file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(
            f"The registry file cannot be read: {error.strerror}.",
            where=str(file),
            why=why,
            do="Make it a file that the user who runs authmeter may read, or take it away.",
        ) from None


def _require_columns(asked: RowFile, header: list[str]) -> None:
    lacking = [name for name in asked.needed if name not in header]
    if lacking:
        raise UsageError(
            f"{asked.path} has no column {', '.join(lacking)}.",
            where=str(asked.file),
            why="Every row needs it: without it, no row counts.",
            do="Name the columns in the first line, separated by commas, or take the file away. It begins with "
            f"{printable(','.join(header)[:_MOST_HEADER])!r}.",
        )


def _rows(lines: list[str], width: int) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield each row that is not blank: its line, its text, and its cells; None for a row of another width.

    If a quote is never closed, the line that opens it is the bad row, and the following lines are read.
    """
    place = 1
    while place < len(lines):
        end = _end_of_row(lines, place)
        text = "\n".join(lines[place:end])
        cells = _cells(text)
        is_row = cells is not None and len(cells) == width and "\ufffd" not in text
        if not is_row and end > place + 1:
            end, text = place + 1, lines[place]
        if is_row and cells is not None:
            if any(cell.strip() for cell in cells):
                yield place + 1, text, cells
        elif text.strip(", \t"):
            yield place + 1, text, None
        place = end


def _end_of_row(lines: list[str], place: int) -> int:
    """Return the line after the row that begins at `place`: the first with all quotes closed."""
    quotes = 0
    for end in range(place, min(place + _MOST_JOINED, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return end + 1
    return place + 1


def _cells(text: str) -> list[str] | None:
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
