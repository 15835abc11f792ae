"""One class for the rows of each registry file about bills. `registry.py` reads the files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class AccountRow(NamedTuple):
    """The account of an app and vendor; either may be `*`."""

    app_key: str
    vendor: str
    account_id: str


class PackageRow(NamedTuple):
    """A package that was bought; times as Unix ms."""

    resource_package_id: str
    account_id: str
    quantity: int
    purchased_at: int
    expires_at: int
    price: Decimal | None


class ReadingRow(NamedTuple):
    """The remaining uses of a package, read on a console; `read_at` is Unix ms."""

    resource_package_id: str
    read_at: int
    remaining: int


class LimitRow(NamedTuple):
    """A limit to try; its window is a number of seconds, or `day`."""

    limit_id: str
    app_key: str
    channel: str
    key: str
    max_requests: int
    window: int | str


class ConsoleRow(NamedTuple):
    """The counts of a console for a day, account, app and channel; an empty cell is None."""

    day: date
    account_id: str
    app_key: str
    channel: str
    total: int | None
    success: int | None
    failed: int | None
    unknown: int | None
    billed: int | None


class BillRow(NamedTuple):
    """The bill of a month, account and channel."""

    month: date
    account_id: str
    channel: str
    quantity: int
    overflow_quantity: int | None
    amount: Decimal | None
