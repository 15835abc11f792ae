"""STATEMENTS of a provider: daily counts of its console, and monthly bills, from `registry/console/` and
`registry/bills/`.

This module reads and validates these files; `pipelines/billing` compares the counts with the log.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from pipelines.common.days import is_within_calendar
from pipelines.common.files.near_names import has_ignored_name, names_in
from pipelines.common.text import Bilingual, name_as_text
from pipelines.contract.record.channels import LABELS, NUMBER_CHANNELS
from pipelines.contract.registry.accounts import app_or_any
from pipelines.contract.registry.row_files import UNREADABLE, BadRowError, Problem, Row, RowFile, read_row_file

CONSOLE_FOLDER: Final = "console"
BILLS_FOLDER: Final = "bills"
NUMBER: Final = "number"
"""The channel for all of `NUMBER_CHANNELS` together."""
CHANNEL_WORDS: Final = LABELS | {NUMBER: Bilingual("号码认证", "Number verification")}
MEASURES: Final = ("total", "success", "failed", "unknown", "billed")
MEASURE_WORDS: Final = {
    "total": Bilingual("调用总量", "Calls"),
    "success": Bilingual("成功", "Succeeded"),
    "failed": Bilingual("失败", "Failed"),
    "unknown": Bilingual("未知", "Without a result"),
    "billed": Bilingual("计费", "Billed"),
    "quantity": Bilingual("计费数量", "Billed quantity"),
    "overflow": Bilingual("计费的超出用量", "Billed overflow"),
}
"""The words for the measures of the console, and for the two of a bill."""
_CHANNELS: Final = (*NUMBER_CHANNELS, NUMBER)
_CONSOLE_NEEDED: Final = ("day", "account_id", "channel")
_BILLS_COLUMNS: Final = ("month", "account_id", "channel", "quantity", "overflow_quantity", "amount")
_SUFFIX: Final = ".csv"
# The reason for a file that is not CSV, or that has the name of the folder.
_NOT_CSV: Final = "unread"
_DAY: Final = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-?(\d\d)", re.ASCII)

T = TypeVar("T", bound=tuple[object, ...])


class ConsoleKey(NamedTuple):
    """The key of a row of the console; `app_key` `*`: all apps of the account."""

    day: date
    account_id: str
    app_key: str
    channel: str


class BillKey(NamedTuple):
    """The key of a row of a bill; `month` is the first day of the month."""

    month: date
    account_id: str
    channel: str


class Bill(NamedTuple):
    """A row of a bill: uses, uses that no package covered, and yuan; the last two are None if the bill lacks them."""

    quantity: int
    overflow_quantity: int | None
    amount: float | None


@dataclass(frozen=True)
class ProviderStatements:
    """The rows of consoles, each as counts by measure, and the rows of bills; both by key, sorted by key."""

    console: dict[ConsoleKey, dict[str, int]] = field(default_factory=dict)
    bills: dict[BillKey, Bill] = field(default_factory=dict)


def load_statements(folder: Path, problems: list[Problem]) -> ProviderStatements:
    """Read every CSV file in `console/` and `bills/` of the registry.

    Of two rows with the same key the last counts, by file name, then line. Bad rows, other files, and a folder that
    cannot be read are added to `problems`.

    Raises:
        UsageError: a file cannot be read, or lacks a column that every row needs.
    """
    columns = (*ConsoleKey._fields, *MEASURES)
    console = _load(folder, CONSOLE_FOLDER, columns, _CONSOLE_NEEDED, _console_row, problems)
    bills = _load(folder, BILLS_FOLDER, _BILLS_COLUMNS, _BILLS_COLUMNS[:4], _bill_row, problems)
    return ProviderStatements(dict(sorted(dict(console).items())), dict(sorted(dict(bills).items())))


def _load(
    folder: Path, name: str, columns: tuple[str, ...], needed: tuple[str, ...], value_of: Callable[[Row], T],
    problems: list[Problem],
) -> list[T]:  # fmt: skip
    if (folder / name).is_file():
        problems.append(Problem(f"registry/{name}", 1, _NOT_CSV, "", costs_row=False))
    try:
        there = names_in(folder / name)
    except OSError:
        # Statements are only compared, so an unreadable folder prevents no day from being published.
        problems.append(Problem(f"registry/{name}", 1, UNREADABLE, "", costs_row=False))
        return []
    there = [file for file in there if not has_ignored_name(file)]
    files = [file for file in there if file.lower().endswith(_SUFFIX)]
    problems += [
        Problem(f"registry/{name}/{name_as_text(file)}", 1, _NOT_CSV, "", costs_row=False)
        for file in there
        if file not in files
    ]
    return [
        row
        for file in files
        for row in read_row_file(
            RowFile(folder / name / file, f"registry/{name}/{name_as_text(file)}", columns, needed),
            value_of,
            lambda row: row[0],
            problems,
        )
    ]


def _console_row(row: Row) -> tuple[ConsoleKey, dict[str, int]]:
    day = _date(row, "day", _DAY)
    account_id = row.needed("account_id")
    key = ConsoleKey(day, account_id, app_or_any(row), _channel(row))
    counts = {name: row.whole(name) for name in MEASURES}
    return key, {name: count for name, count in counts.items() if count is not None}


def _bill_row(row: Row) -> tuple[BillKey, Bill]:
    month = _date(row, "month", _MONTH)
    key = BillKey(month, row.needed("account_id"), _channel(row))
    return key, Bill(row.needed_whole("quantity"), row.whole("overflow_quantity"), row.amount("amount"))


def _channel(row: Row) -> str:
    channel = row.needed("channel")
    if channel not in _CHANNELS:
        raise BadRowError("invalid:channel")
    return channel


def _date(row: Row, column: str, pattern: re.Pattern[str]) -> date:
    """Return the date in a cell, written with or without dashes. A month gives its first day.

    Raises:
        BadRowError: the cell is empty, does not match `pattern`, or has a date that does not exist.
    """
    found = pattern.fullmatch(row.needed(column))
    try:
        if found:
            year, month, *day = (int(part) for part in found.groups() if part.strip("-"))
            written = date(year, month, day[0] if day else 1)
            if is_within_calendar(written):
                return written
    except ValueError:
        pass
    raise BadRowError(f"invalid:{column}")
