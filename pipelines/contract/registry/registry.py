"""Reads the registry: small CSV files that users maintain, such as apps, schemes, notes and result codes.

A bad row is ignored, and listed with its file, line and reason; all other rows count. A row with an invalid
`created_at` is listed too, but counts without this date.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path

from pipelines.common.days import BUSINESS_ZONE, local_time
from pipelines.common.files.near_names import require_folder, require_no_near_name
from pipelines.contract.record.channels import METHODS
from pipelines.contract.record.fields import (
    ALL_APPS,
    APP_KEY_PATTERN,
    LAYERS,
    OUTCOMES,
    PACKAGE_PATTERN,
    PLATFORMS,
    STAGES,
)
from pipelines.contract.registry.accounts import ACCOUNTS_FILE, AccountRow, load_accounts
from pipelines.contract.registry.limits import LIMITS_FILE, Limit, load_limits
from pipelines.contract.registry.packages import PACKAGES_FILE, READINGS_FILE, Packages, load_packages
from pipelines.contract.registry.row_files import BadRowError, Problem, Row, RowFile, read_row_file
from pipelines.contract.registry.statements import BILLS_FOLDER, CONSOLE_FOLDER, ProviderStatements, load_statements

APP_COLUMNS = ("app_key", "app_name", "platform", "account_id", "created_at", "status")
SCHEME_COLUMNS = ("scheme_id", "scheme_group", "app_key", "scheme_name", "package_name", "methods", "created_at")
CODE_COLUMNS = ("vendor", "layer", "platform", "code", "outcome", "stage", "meaning_en", "meaning_zh")
NOTE_COLUMNS = ("day", "app_key", "text", "incident_id")
_NOTE_KEY = ("day", "app_key", "incident_id", "text")
FILES = (
    "apps.csv", "schemes.csv", "notes.csv", "result_codes.csv", ACCOUNTS_FILE, LIMITS_FILE, PACKAGES_FILE, READINGS_FILE
)  # fmt: skip
FOLDERS = (CONSOLE_FOLDER, BILLS_FOLDER)
SHIPPED_CODES = Path(__file__).parent / "result_codes.csv"
# Times in the formats of consoles and of spreadsheets.
_TIME = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)? *([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_APP_KEY, _PACKAGE = re.compile(APP_KEY_PATTERN, re.ASCII), re.compile(PACKAGE_PATTERN, re.ASCII)
_INCIDENT_ID = re.compile("[0-9a-f]{16}", re.ASCII)
_CODE_WORDS = {"layer": LAYERS, "platform": (*PLATFORMS, "*")}


@dataclass
class Registry:
    """The valid rows of the registry, and the problems found in its files.

    A row of `apps`, `schemes`, `codes` (result codes) and `notes` has a text for each column, None for an empty cell.
    `bought` has the resource packages and their readings. `switched_off` are the keys of the apps with the status
    `disabled` in the file.
    """

    apps: list[dict[str, str | None]] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    schemes: list[dict[str, str | None]] = field(default_factory=list)
    codes: list[dict[str, str | None]] = field(default_factory=list)
    notes: list[dict[str, str | None]] = field(default_factory=list)
    bought: Packages = field(default_factory=Packages)
    accounts: tuple[AccountRow, ...] = ()
    limits: tuple[Limit, ...] = ()
    statements: ProviderStatements = field(default_factory=ProviderStatements)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_billing(self) -> bool:
        """Whether there is a resource package, or a row of a console or a bill."""
        return bool(self.bought.packages or self.statements.console or self.statements.bills)

    @property
    def platforms(self) -> dict[str, str]:
        """The registered platform by app key; apps without one are left out."""
        return {str(app["app_key"]): app["platform"] for app in self.apps if app["platform"] not in (None, "unknown")}

    @cached_property
    def codes_fingerprint(self) -> str:
        """A digest that changes whenever a code may get another outcome."""
        keys = sorted(str([row[name] for name in CODE_COLUMNS[:6]]) for row in self.codes)
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]

    @property
    def accounts_fingerprint(self) -> str:
        """A digest that changes whenever an app may get another account."""
        of_apps = [(app["app_key"], app["account_id"]) for app in self.apps]
        return hashlib.sha256(repr((self.accounts, of_apps)).encode()).hexdigest()[:16]

    @property
    def limits_fingerprint(self) -> str:
        """A digest that changes whenever a limit changes."""
        return hashlib.sha256(repr(self.limits).encode()).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """A digest that changes whenever published data of the registry or the dictionary changes."""
        kept = (self.accounts, self.limits, self.bought, self.statements)
        published = (self.apps, self.switched_off, self.schemes, self.codes, self.notes, kept, self.problems)
        return hashlib.sha256(repr(published).encode()).hexdigest()[:16]


def registry_time(text: str, zone: str) -> datetime | None:
    """Return a date or time of the registry as local time of a zone, to the second; None if the text is neither.

    A time without an offset is local time; a date is midnight of that day.
    """
    found = _TIME.fullmatch(text)
    if not found:
        return None
    year, _, month, day, hour, minute, second, offset = found.groups("0")
    clock = (
        f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}{'' if offset == '0' else offset.upper()}"
    )
    try:
        time = datetime.fromisoformat(clock)
        return local_time(time, zone).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None


def load_registry(folder: Path, zone: str = BUSINESS_ZONE) -> Registry:
    """Read the files of the folder; each may be absent.

    A `result_codes.csv` of the folder adds to the shipped dictionary, and overrides rows with the same key.

    Args:
        zone: the business time zone.

    Raises:
        UsageError: a file exists and cannot be read; a file of accounts, packages, limits or statements lacks a column
            that every row needs; the name of a file or folder is misspelt; or the folder is a file, or a link that
            leads to no folder.
    """
    require_folder(folder, "The files about apps, days and bills are read from the folder of that name.")
    require_no_near_name(folder, (*FILES, *FOLDERS))
    registry = Registry()
    _read_schemes(folder, registry)
    _read_apps(folder, registry)
    _read_notes(folder, zone, registry)
    own = _rows(folder / "result_codes.csv", CODE_COLUMNS, registry, _code_problem, key=CODE_COLUMNS[:4])
    shipped = _rows(SHIPPED_CODES, CODE_COLUMNS, registry, _code_problem, key=CODE_COLUMNS[:4])
    merged = {_key(row, CODE_COLUMNS[:4]): row for row in [*shipped, *own]}
    registry.codes = [merged[key] for key in sorted(merged)]
    registry.bought = load_packages(folder, zone, registry.problems)
    registry.accounts = load_accounts(folder, registry.problems)
    registry.limits = load_limits(folder, registry.problems)
    registry.statements = load_statements(folder, registry.problems)
    return registry


def _read_apps(folder: Path, registry: Registry) -> None:
    with_scheme = {row["app_key"] for row in registry.schemes}
    for row in _rows(folder / "apps.csv", APP_COLUMNS, registry, _app_problem, key=("app_key",)):
        row["app_name"] = row["app_name"] or row["app_key"]
        if row["status"] == "disabled":
            registry.switched_off.append(str(row["app_key"]))
        row["status"] = row["status"] or ("enabled" if row["app_key"] in with_scheme else "disabled")
        registry.apps.append(row)
    registry.apps.sort(key=lambda row: str(row["app_key"]))
    registry.switched_off.sort()


def _read_schemes(folder: Path, registry: Registry) -> None:
    key = ("scheme_id", "package_name")
    registry.schemes = sorted(
        _rows(folder / "schemes.csv", SCHEME_COLUMNS, registry, _scheme_problem, key=key),
        key=lambda row: _key(row, key),
    )


def _read_notes(folder: Path, zone: str, registry: Registry) -> None:
    problem_of = partial(_note_problem, zone=zone)
    for row in _rows(folder / "notes.csv", NOTE_COLUMNS, registry, problem_of, key=_NOTE_KEY):
        row["day"] = str(_note_day(row, zone))
        row["app_key"] = row["app_key"] or ALL_APPS
        row["incident_id"] = (row["incident_id"] or "").lower() or None
        registry.notes.append(row)
    # The same day may be written in two ways, and all apps as `*` or an empty cell.
    by_key = {_key(row, _NOTE_KEY): row for row in registry.notes}
    registry.notes = [by_key[key] for key in sorted(by_key)]


def _note_day(row: dict[str, str | None], zone: str) -> date | None:
    """Return the business day of a note; None if its text is no day. The text may be a time with an offset."""
    time = registry_time(row["day"] or "", zone)
    return time.date() if time else None


def _note_problem(row: dict[str, str | None], zone: str) -> str | None:
    for name in ("day", "text"):
        if not row[name]:
            return f"missing:{name}"
    if not _note_day(row, zone):
        return "invalid:day"
    is_app = row["app_key"] in (None, ALL_APPS) or _APP_KEY.fullmatch(row["app_key"] or "")
    if not is_app:
        return "invalid:app_key"
    is_id = row["incident_id"] is None or _INCIDENT_ID.fullmatch(row["incident_id"].lower())
    return None if is_id else "invalid:incident_id"


def _app_problem(row: dict[str, str | None]) -> str | None:
    if not _APP_KEY.fullmatch(row["app_key"] or ""):
        return "invalid:app_key" if row["app_key"] else "missing:app_key"
    if row["platform"] not in (None, "unknown", *PLATFORMS):
        return "invalid:platform"
    return "invalid:status" if row["status"] not in (None, "enabled", "disabled") else None


def _scheme_problem(row: dict[str, str | None]) -> str | None:
    for name in ("scheme_id", "app_key"):
        if not row[name]:
            return f"missing:{name}"
    if row["package_name"] is not None and not _PACKAGE.fullmatch(row["package_name"]):
        return "invalid:package_name"
    return None if {*METHODS, ""}.issuperset((row["methods"] or "").split(";")) else "invalid:methods"


def _code_problem(row: dict[str, str | None]) -> str | None:
    for name in CODE_COLUMNS[:4]:
        if row[name] is None:
            return f"missing:{name}"
        if name in _CODE_WORDS and row[name] not in _CODE_WORDS[name]:
            return f"invalid:{name}"
    if row["outcome"] is not None and row["outcome"] not in OUTCOMES:
        return "invalid:outcome"
    if row["stage"] is not None and row["stage"] not in (*STAGES, "none"):
        return "invalid:stage"
    return "missing:outcome" if row["outcome"] is None and row["stage"] is None else None


def _key(row: dict[str, str | None], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([row[name] or "" for name in names])


def _rows(
    file: Path, columns: tuple[str, ...], registry: Registry, problem_of: Callable[[dict[str, str | None]], str | None],
    key: tuple[str, ...],
) -> list[dict[str, str | None]]:  # fmt: skip
    """Return the valid rows of a CSV file, with None for empty cells, and add bad rows to the problems of `registry`.

    A row is bad if it is malformed, if its `key` is repeated, or if `problem_of` returns a reason. A row with an
    invalid `created_at` is added to the problems and returned, with None for this date.
    """

    def value_of(row: Row) -> tuple[int, dict[str, str | None]]:
        cells = {name: row.cells.get(name) for name in columns}
        if reason := problem_of(cells):
            raise BadRowError(reason)
        return row.line, cells

    row_file = RowFile(file, f"registry/{file.name}", columns, key[:1], key, is_descriptive=True)
    rows = read_row_file(row_file, value_of, lambda value: _key(value[1], key), registry.problems)
    for line, row in rows:
        if (created := row.get("created_at")) and not registry_time(created, "UTC"):
            # The row counts without the date.
            problem = Problem(row_file.path, line, "invalid:created_at", row_file.text_of(row), costs_row=False)
            registry.problems.append(problem)
            row["created_at"] = None
    return [row for _, row in rows]
