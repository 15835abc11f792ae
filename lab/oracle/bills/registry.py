"""Reads the registry files for bills: accounts, packages, readings, limits, console exports and bills. `files.py` reads
the rows, `rows.py` defines their classes.
"""

# Where the contract is silent, this count decides:
# - Names (of accounts, vendors, packages, limits) have 1 to 128 characters. Counts consist of digits, amounts of money
#   of digits with at most one point.
# - In an account's row, an empty app or vendor is `*`, also in its key; likewise app and channel of a limit.
# - In a console's row an empty `app_key` is `*`, which may also be written. The files of section 12 need an account.
# - A limit's channel is `one_click`, `local_verify` or `*`; the channel of a console or bill is one of the two, or
#   `number`.
# - A package is unknown if no good row has it. The key of a reading is its instant, however it is written.
# - If `limits.csv` has no good row, there is no limit.
# - Files of section 12 are directly in their folder, and their names end in `.csv`.

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from lab.oracle.bills.files import Column, Kept, Parse, ReadFile, UnknownError, Values, read_file
from lab.oracle.bills.rows import AccountRow, BillRow, ConsoleRow, LimitRow, PackageRow, ReadingRow
from lab.oracle.bills.times import a_year_later, console_day, console_month, instant
from lab.oracle.records import APP_KEY

COUNTS = ("total", "success", "failed", "unknown", "billed")
DIGITS = re.compile("[0-9]+")
MONEY = re.compile(r"[0-9]+(\.[0-9]+)?")
DEFAULT_LIMITS = (
    LimitRow("phone_10_day", "*", "*", "phone", 10, "day"),
    LimitRow("phone_1_30s", "*", "*", "phone", 1, 30),
    LimitRow("device_10_day", "*", "*", "device", 10, "day"),
)


def _name(text: str, values: Values) -> str:
    if len(text) > 128:
        raise ValueError(text)
    return text


def _app(text: str, values: Values) -> str:
    if text != "*" and not APP_KEY.fullmatch(text):
        raise ValueError(text)
    return text


def _one_of(*allowed: str) -> Parse:
    def parse(text: str, values: Values) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return parse


def _whole(least: int = 0, most: int | None = None) -> Parse:
    def parse(text: str, values: Values) -> int:
        if not DIGITS.fullmatch(text) or int(text) < least or (most is not None and int(text) > most):
            raise ValueError(text)
        return int(text)

    return parse


def _money(text: str, values: Values) -> Decimal:
    if not MONEY.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _window(text: str, values: Values) -> object:
    return text if text == "day" else _whole(1, 86_400)(text, values)


def _any(values: Values) -> str:
    return "*"


def accounts(data: Path) -> ReadFile[AccountRow]:
    """Read the accounts of apps and vendors. The app, the vendor or both may be `*`."""
    columns = (
        Column("app_key", _app, default=_any),
        Column("vendor", _name, default=_any),
        Column("account_id", _name, is_needed=True),
    )
    return read_file(data, "registry/accounts.csv", AccountRow, columns, key=("app_key", "vendor"))


def packages(data: Path, zone: ZoneInfo) -> ReadFile[PackageRow]:
    """Read the purchased packages; times are Unix ms."""

    def expires(text: str, values: Values) -> int:
        ms = instant(text, zone)
        if ms <= int(str(values["purchased_at"])):
            raise ValueError(text)
        return ms

    columns = (
        Column("resource_package_id", _name, is_needed=True),
        Column("account_id", _name, default=lambda values: "default"),
        Column("quantity", _whole(1), is_needed=True),
        Column("purchased_at", lambda text, values: instant(text, zone), is_needed=True),
        Column("expires_at", expires, default=lambda values: a_year_later(int(str(values["purchased_at"])), zone)),
        Column("price", _money),
    )
    return read_file(data, "registry/resource_packages.csv", PackageRow, columns, key=("resource_package_id",))


def readings(data: Path, zone: ZoneInfo, bought: list[PackageRow]) -> ReadFile[ReadingRow]:
    """Read the balances of packages that the console showed; times are Unix ms."""
    by_id = {package.resource_package_id: package for package in bought}

    def package_of(values: Values) -> PackageRow:
        return by_id[str(values["resource_package_id"])]

    def known(text: str, values: Values) -> str:
        if _name(text, values) not in by_id:
            raise UnknownError(text)
        return text

    def read_at(text: str, values: Values) -> int:
        ms, package = instant(text, zone), package_of(values)
        if not package.purchased_at <= ms < package.expires_at:
            raise ValueError(text)
        return ms

    def remaining(text: str, values: Values) -> object:
        return _whole(0, package_of(values).quantity)(text, values)

    columns = (
        Column("resource_package_id", known, is_needed=True),
        Column("read_at", read_at, is_needed=True),
        Column("remaining", remaining, is_needed=True),
    )
    key = ("resource_package_id", "read_at")
    return read_file(data, "registry/resource_package_readings.csv", ReadingRow, columns, key)


def limits(data: Path) -> ReadFile[LimitRow]:
    """Read the limits; without the file, return the three limits of the contract."""
    columns = (
        Column("limit_id", _name, is_needed=True),
        Column("app_key", _app, default=_any),
        Column("channel", _one_of("one_click", "local_verify", "*"), default=_any),
        Column("key", _one_of("device", "phone", "app"), is_needed=True),
        Column("max_requests", _whole(1), is_needed=True),
        Column("window", _window, is_needed=True),
    )
    if not (data / "registry/limits.csv").exists():
        return ReadFile(list(DEFAULT_LIMITS), [])
    return read_file(data, "registry/limits.csv", LimitRow, columns, key=("limit_id",))


def console(data: Path) -> ReadFile[ConsoleRow]:
    """Read the rows of all console exports. Of rows with the same key, the last one is valid."""
    columns = (
        Column("day", lambda text, values: console_day(text), is_needed=True),
        Column("account_id", _name, is_needed=True),
        Column("app_key", _app, default=_any),
        Column("channel", _one_of("one_click", "local_verify", "number"), is_needed=True),
        *(Column(name, _whole()) for name in COUNTS),
    )
    return _folder(data, "registry/console", ConsoleRow, columns)


def bills(data: Path) -> ReadFile[BillRow]:
    """Read the rows of all bills. Of rows with the same key, the last one is valid."""
    columns = (
        Column("month", lambda text, values: console_month(text), is_needed=True),
        Column("account_id", _name, is_needed=True),
        Column("channel", _one_of("one_click", "local_verify", "number"), is_needed=True),
        Column("quantity", _whole(), is_needed=True),
        Column("overflow_quantity", _whole()),
        Column("amount", _money),
    )
    return _folder(data, "registry/bills", BillRow, columns)


def _folder(data: Path, folder: str, made: Callable[..., Kept], columns: tuple[Column, ...]) -> ReadFile[Kept]:
    found: ReadFile[Kept] = ReadFile([], [])
    for file in sorted((data / folder).glob("*.csv")):
        rows, rejected = read_file(data, f"{folder}/{file.name}", made, columns)
        found.rows.extend(rows)
        found.rejected.extend(rejected)
    return found
