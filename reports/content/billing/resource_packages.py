"""What the page of resource packages shows: by account what is left, when it runs out, what lapses, and who used it.

Lives here: the rows of the tables, put together by account. Does not belong here: the sentence (`package_words.py`),
the course (`package_course.py`), how any of it is computed (`pipelines/billing/`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from pipelines.billing.packages.states import AccountForecast
from reports.content.published import PublishedTables


class PackageRow(NamedTuple):
    """A row of `resource_packages`, with its first and last day in the business time zone."""

    resource_package_id: str
    account_id: str
    quantity: int
    purchased_at: datetime
    expires_at: datetime
    first_day: date
    last_day: date
    price: float | None
    used: int
    adjusted: int
    expired: int
    remaining: int
    state: str
    missing_days: int
    used_up_day: date | None
    unused_expected: int | None
    unused_least: int | None
    unused_most: int | None
    drift: int | None

    @property
    def is_upper_bound(self) -> bool:
        """Whether uses may be missing from what is left."""
        return bool(self.missing_days and self.remaining)

    @property
    def lapse_price(self) -> float | None:
        """What was paid for what lapsed or will, in yuan; None where the price is not known."""
        lapsed = self.expired if self.state == "expired" else self.unused_expected
        return None if self.price is None or lapsed is None else self.price * lapsed / self.quantity


class AppUses(NamedTuple):
    """The uses of an app under an account over the last 30 days, and those that no package covered."""

    account_id: str
    app_key: str
    uses: int
    overflow: int


class Adjustment(NamedTuple):
    """A day on which readings of the console changed what is left of a package."""

    account_id: str
    day: date
    resource_package_id: str
    adjusted: int
    remaining: int


class Readings(NamedTuple):
    """What the console said of an account's packages: how often, the day of the newest, and the largest part of its
    package that a day was adjusted by; 0: they were as computed."""

    account_id: str
    times: int
    newest_day: date
    most_off: float


_OfAccount = TypeVar("_OfAccount", PackageRow, AppUses, Adjustment)


@dataclass(frozen=True)
class PackageAccount:
    """An account with a package.

    Attributes:
        packages: in the order in which they are drawn.
        left: of each package, also of others, what was left as each of the last 90 days ended.
        uses: by day, of the last 30; days without any are not in it.
        apps: of the last 30 days, most uses first.
        adjustments: the newest first.
        readings: None where nobody read anything.
    """

    row: AccountForecast
    packages: list[PackageRow]
    left: Mapping[str, Mapping[date, int]]
    uses: Mapping[date, int]
    apps: list[AppUses]
    adjustments: list[Adjustment]
    readings: Readings | None = None

    @property
    def used(self) -> int:
        """The uses of the last 30 days."""
        return sum(one.uses for one in self.apps)

    @property
    def overflow(self) -> int:
        """Those of them that no package covered."""
        return sum(one.overflow for one in self.apps)

    @property
    def is_upper_bound(self) -> bool:
        """Whether uses may be missing from what is left of the active packages."""
        return any(one.missing_days for one in self.packages if one.state == "active")

    @property
    def lapsing(self) -> list[PackageRow]:
        """The packages of which something is expected to lapse, the earliest first."""
        return [one for one in self.packages if one.unused_expected]


def package_accounts(marts: PublishedTables) -> list[PackageAccount]:
    """Every account with a package, in order."""
    packages = _by_account(PackageRow(*row) for row in marts.rows("billing/package_states"))
    apps = _by_account(AppUses(*row) for row in marts.rows("billing/package_use_apps"))
    adjustments = _by_account(Adjustment(*row) for row in marts.rows("package_adjustments"))
    readings = {row[0]: Readings(*row) for row in marts.rows("billing/package_readings")}
    left: dict[str, dict[date, int]] = defaultdict(dict)
    for package_id, day, remaining in marts.rows("package_days"):
        left[package_id][day] = remaining
    uses: dict[str, dict[date, int]] = defaultdict(dict)
    for account_id, day, count in marts.rows("billing/package_use_days"):
        uses[account_id][day] = count
    return [
        PackageAccount(
            row, packages[row.account_id], left, uses[row.account_id], apps[row.account_id],
            adjustments[row.account_id], readings.get(row.account_id),
        )
        for row in (AccountForecast(*one) for one in marts.rows("package_accounts"))
    ]  # fmt: skip


def _by_account(rows: Iterable[_OfAccount]) -> dict[str, list[_OfAccount]]:
    found: dict[str, list[_OfAccount]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return found
