"""Reads the CSV files of the registry, so that a bad row affects no other row.

This module splits a file into rows, and finds missing columns and duplicate keys; the reader of each file validates the
values. If a column that every row needs is missing, a file of names, notes or codes counts as absent and the column is
listed as a problem; any other file is refused.
"""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
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
# The character that replaces bytes that are not UTF-8.
_BAD_BYTES: Final = "\ufffd"
# Names under which consoles and SDKs store secrets.
_SECRET: Final = re.compile(
    r"(?i)secret|password|passwd|token|private|credential|signing|master_?key|access_?key|api_?key"
)

T = TypeVar("T")


class BadRowError(ValueError):
    """The error for a row that does not count. The error's message is the reason, such as `invalid:quantity`."""


@dataclass(frozen=True)
class Problem:
    """A problem in the registry, most often a bad row, which does not count. `record` is the text of the row or column.

    Attributes:
        reason: a word such as `invalid:quantity`; `reports/content/wording/words.py` has its text.
        is_as_written: `record` may be shown unchanged; otherwise phone numbers in it are masked.
        costs_row: whether a row does not count; otherwise the problem is of a column, a file, or a single cell.
    """

    path: str
    line: int
    reason: str
    record: str
    is_as_written: bool = False
    costs_row: bool = True


@dataclass(frozen=True)
class Row:
    """A row of a file: its cells by column, None if the cell is empty or the column absent; and its line number."""

    cells: dict[str, str | None]
    line: int = 0

    def text(self, column: str) -> str | None:
        """Return the cell; None if it is empty. Raises BadRowError if it is longer than 128 characters."""
        value = self.cells.get(column)
        if value is not None and len(value) > MAX_TEXT:
            raise BadRowError(f"invalid:{column}")
        return value

    def needed(self, column: str) -> str:
        """Return the cell of a column that every row needs. Raises BadRowError if it is empty or too long."""
        value = self.text(column)
        if value is None:
            raise BadRowError(f"missing:{column}")
        return value

    def whole(self, column: str, least: int = 0) -> int | None:
        """Return the cell as a whole number, written with digits only; None if it is empty.

        Raises:
            BadRowError: the cell is another text, or less than `least`.
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
            BadRowError: the cell is empty, another text, or less than `least`.
        """
        self.needed(column)
        return self.whole(column, least) or 0

    def amount(self, column: str) -> float | None:
        """Return the cell as an amount in yuan; None if it is empty. Raises BadRowError for anything else."""
        value = self.text(column)
        if value is None:
            return None
        if not _AMOUNT.fullmatch(value):
            raise BadRowError(f"invalid:{column}")
        return float(value)


@dataclass(frozen=True)
class RowFile:
    """A CSV file of the registry, and its columns.

    Attributes:
        path: its path in `rejected_records`, such as `registry/limits.csv`.
        columns: the columns that are read.
        needed: the columns that every row needs.
        key: the columns that together are unique; empty if rows may repeat.
        is_descriptive: whether it has names, notes or codes; its bad rows are shown with only the columns that are
            read.
    """

    file: Path
    path: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    key: tuple[str, ...] = ()
    is_descriptive: bool = False

    def text_of(self, cells: Mapping[str, str | None]) -> str:
        """Return a row's cells in the columns that are read, joined by commas."""
        return ",".join(cells.get(name) or "" for name in self.columns)

    @property
    def duplicate(self) -> str:
        """The reason for refusing a row if an earlier row has the same key."""
        return f"repeated:{self.key[-1]}" if self.is_descriptive else "duplicate:" + "+".join(self.key)


def read_row_file(
    row_file: RowFile, value_of: Callable[[Row], T], key_of: Callable[[T], Hashable], problems: list[Problem]
) -> list[T]:
    """Return the values of a file's valid rows, in order; bad rows are added to `problems`.

    If the file does not exist, return an empty list.

    Args:
        value_of: returns the value of a row; raises BadRowError for the first wrong column.
        key_of: returns the key of a value. If the file has a `key`, a row with the key of an earlier row is a bad row.

    Raises:
        UsageError: the file cannot be read; or it is not descriptive, and lacks a column that every row needs.
    """
    if not os.path.lexists(row_file.file):
        return []
    text = _text(row_file)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = [name.strip() for name in _cells(lines[0]) or []]
    if row_file.is_descriptive and _BAD_BYTES in text:
        place = next(place for place, line in enumerate(lines, 1) if _BAD_BYTES in line)
        problems.append(Problem(row_file.path, place, NOT_UTF_8, "", costs_row=False))
    if not _has_columns(row_file, header, problems):
        return []
    secrets = [name for name in dict.fromkeys(header) if name not in row_file.columns and _SECRET.search(name)]
    problems += [Problem(row_file.path, 1, f"secret:{name}", name, costs_row=False) for name in secrets]
    count = Counter(header)
    repeated = [name for name in row_file.columns if count[name] > 1]
    problems += [Problem(row_file.path, 1, f"repeated_column:{name}", name, costs_row=False) for name in repeated]
    values: list[T] = []
    seen: set[Hashable] = set()
    for line, text, cells, is_sound in _rows(lines, len(header)):
        pairs = zip(header, cells, strict=False)
        # The first of a repeated column counts.
        given = dict(reversed(list(pairs)) if repeated else pairs)
        try:
            if not is_sound:
                raise BadRowError(MALFORMED)
            value = value_of(Row(given, line))
            key = key_of(value)
            if row_file.key and key in seen:
                raise BadRowError(row_file.duplicate)
        except BadRowError as error:
            if row_file.is_descriptive:
                record = row_file.text_of(given)[:MAX_REJECTED_TEXT]
            else:
                record = MASK if secrets else text[:MAX_REJECTED_TEXT]
            problems.append(Problem(row_file.path, line, str(error), record, is_as_written=not row_file.is_descriptive))
            continue
        seen.add(key)
        values.append(value)
    return values


def _text(row_file: RowFile) -> str:
    """Return the text of a file; bytes that are not UTF-8 become the replacement character."""
    try:
        return row_file.file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(
            f"The registry file cannot be read: {error.strerror}.",
            where=str(row_file.file),
            why="Its rows would not count.",
            do="Give the user that runs authmeter the right to read it, or remove it.",
        ) from None


def _has_columns(row_file: RowFile, header: list[str], problems: list[Problem]) -> bool:
    """Return whether the header has the columns that every row needs.

    If a column is missing, a file of names, notes or codes gets a problem, unless its first line is blank. Any other
    file raises a UsageError.
    """
    lacking = [name for name in row_file.needed if name not in header]
    if not lacking:
        return True
    if row_file.is_descriptive:
        if any(header):
            reason = f"{NO_COLUMN}:{lacking[0]}"
            problems.append(Problem(row_file.path, 1, reason, ",".join(header), costs_row=False))
        return False
    raise UsageError(
        f"{row_file.path} has no column {', '.join(lacking)}.",
        where=str(row_file.file),
        why="Every row needs this column: without it, no row counts.",
        do="Name the columns in the first line, separated by commas, or remove the file. It begins with "
        f"{printable(','.join(header)[:_MOST_HEADER])!r}.",
    )


def _rows(lines: list[str], width: int) -> Iterator[tuple[int, str, list[str | None], bool]]:
    """Yield each row that is not blank: line number, text, cells (None if empty), and whether the row is sound: closed
    quotes, as many cells as the header (`width`), only UTF-8.

    If a row of several lines is not sound, only its first line is a bad row, and the next row begins with its second
    line.
    """
    place = 1
    while place < len(lines):
        end = _end_of_row(lines, place)
        text = "\n".join(lines[place:end])
        split = _cells(text)
        is_sound = split is not None and len(split) == width and _BAD_BYTES not in text
        if not is_sound and end > place + 1:
            end, text, split = place + 1, lines[place], None
        cells = [cell.strip() or None for cell in split or ()]
        if any(cells) if is_sound else text.strip(", \t"):
            yield place + 1, text, cells, is_sound
        place = end


def _end_of_row(lines: list[str], place: int) -> int:
    """Return the index after the last line of the row that begins at `place`. The row ends with the first line
    that closes all quotes. If quotes are still open after `_MOST_JOINED` lines, the row is the line `place` alone.
    """
    quotes = 0
    for end in range(place, min(place + _MOST_JOINED, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return end + 1
    return place + 1


def _cells(text: str) -> list[str] | None:
    """Return the cells of a row; None if its quotes are wrong."""
    if '"' not in text:
        # The module `csv` returns the same in three times the time: a folder can have 100,000 apps.
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
