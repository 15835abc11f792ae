"""RESOURCE PACKAGES 资源包: purchases, and balances read from the console, as users write them into the registry.

This module reads and validates `resource_packages.csv` and `resource_package_readings.csv`. How packages are drawn is
computed in `pipelines/billing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from pipelines.common.days import BUSINESS_ZONE, business_day, day_start, is_within_calendar
from pipelines.contract.registry.accounts import DEFAULT_ACCOUNT
from pipelines.contract.registry.event_times import instant_of
from pipelines.contract.registry.row_files import BadRowError, Problem, Row, RowFile, read_row_file

PACKAGES_FILE: Final = "resource_packages.csv"
READINGS_FILE: Final = "resource_package_readings.csv"
_ID: Final = "resource_package_id"
_PACKAGE_COLUMNS: Final = (_ID, "account_id", "quantity", "purchased_at", "expires_at", "price")


@dataclass(frozen=True)
class Package:
    """A package of uses, valid from `purchased_at` until just before `expires_at` (UTC); `price`: the total in yuan."""

    resource_package_id: str
    account_id: str
    quantity: int
    purchased_at: datetime
    expires_at: datetime
    price: float | None = None

    @property
    def draw_order(self) -> tuple[datetime, datetime, str]:
        """The sort key for drawing: the smallest is drawn first."""
        return self.expires_at, self.purchased_at, self.resource_package_id


@dataclass(frozen=True)
class PackageReading:
    """The balance of a package that the console showed at an instant, in UTC."""

    resource_package_id: str
    read_at: datetime
    remaining: int


@dataclass(frozen=True)
class Packages:
    """All packages and the balances read from consoles (`readings`), sorted by key. `zone` is the business zone."""

    packages: list[Package] = field(default_factory=list)
    readings: list[PackageReading] = field(default_factory=list)
    zone: str = BUSINESS_ZONE

    @cached_property
    def cuts(self) -> dict[date, list[datetime]]:
        """By day: the instants, in UTC, at which the day's uses are split: its 00:00, and later purchases, expiries and
        readings.

        Days without a purchase, expiry or reading after 00:00 are left out.
        """
        instants = {one.read_at for one in self.readings}
        for package in self.packages:
            instants |= {package.purchased_at, package.expires_at}
        cuts: dict[date, list[datetime]] = {}
        for at in sorted(instants):
            if at.year == MAXYEAR:
                # Its day may be past the end of the calendar.
                continue
            day = business_day(at, self.zone)
            if at > (start := day_start(day, self.zone)):
                cuts.setdefault(day, [start]).append(at)
        return cuts


def load_packages(folder: Path, zone: str, problems: list[Problem]) -> Packages:
    """Read the registry's files of packages and of readings; each may be absent. Bad rows are added to `problems`.

    Args:
        zone: the time zone of times without an offset, and of the default expiry: the end of the day a year after the
            purchase.

    Raises:
        UsageError: a file cannot be read, or lacks a column that every row needs.
    """
    needed = (_ID, "quantity", "purchased_at")
    row_file = RowFile(folder / PACKAGES_FILE, f"registry/{PACKAGES_FILE}", _PACKAGE_COLUMNS, needed, key=(_ID,))
    packages = read_row_file(row_file, lambda row: _package(row, zone), lambda one: one.resource_package_id, problems)
    by_id = {package.resource_package_id: package for package in packages}
    columns = (_ID, "read_at", "remaining")
    row_file = RowFile(folder / READINGS_FILE, f"registry/{READINGS_FILE}", columns, columns, key=(_ID, "read_at"))
    readings = read_row_file(
        row_file, lambda row: _reading(row, by_id, zone), lambda one: (one.resource_package_id, one.read_at), problems
    )
    return Packages(
        [by_id[name] for name in sorted(by_id)],
        sorted(readings, key=lambda one: (one.resource_package_id, one.read_at)),
        zone,
    )


def _package(row: Row, zone: str) -> Package:
    package_id = row.needed(_ID)
    account_id = row.text("account_id") or DEFAULT_ACCOUNT
    quantity = row.needed_whole("quantity", least=1)
    purchased_at = _time("purchased_at", row.needed("purchased_at"), zone)
    expires_at = _expiry(row, purchased_at, zone)
    return Package(package_id, account_id, quantity, purchased_at, expires_at, row.amount("price"))


def has_unseen_uses(state: str, missing_days: int) -> bool:
    """Return whether a package may have fewer uses left than the tables show. The figure is then an upper bound.

    This is so for an active package with days without data: no use was deducted on these days.
    """
    return state == "active" and missing_days > 0


def _expiry(row: Row, purchased_at: datetime, zone: str) -> datetime:
    try:
        bought_on = business_day(purchased_at, zone)
        if not is_within_calendar(bought_on):
            raise ValueError
        if (given := row.text("expires_at")) is None:
            return day_start(first_anniversary(bought_on) + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        # At the ends of the calendar.
        raise BadRowError("invalid:purchased_at") from None
    expires_at = _time("expires_at", given, zone)
    try:
        business_day(expires_at, zone)
    except OverflowError:
        # At the end of the calendar.
        raise BadRowError("invalid:expires_at") from None
    if expires_at <= purchased_at:
        raise BadRowError("invalid:expires_at")
    return expires_at


def first_anniversary(day: date) -> date:
    """Return the same day of the next year; 28 February for 29 February."""
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _reading(row: Row, packages: Mapping[str, Package], zone: str) -> PackageReading:
    package_id = row.needed(_ID)
    package = packages.get(package_id)
    if package is None:
        raise BadRowError(f"unknown:{_ID}")
    read_at = _time("read_at", row.needed("read_at"), zone)
    if not package.purchased_at <= read_at < package.expires_at:
        raise BadRowError("invalid:read_at")
    remaining = row.needed_whole("remaining")
    if remaining > package.quantity:
        raise BadRowError("invalid:remaining")
    return PackageReading(package_id, read_at, remaining)


def _time(column: str, text: str, zone: str) -> datetime:
    instant = instant_of(text, zone)
    if instant is None:
        raise BadRowError(f"invalid:{column}")
    return instant
