"""The page of resource packages: by account the units left, when they run out, what lapses, and which apps used them.

Rows of the tables are grouped by account here. Texts are in `package_words.py`, the course in `package_course.py`;
`pipelines/billing/` computes the figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from pipelines.billing.packages.states import AccountForecast
from pipelines.common.days import business_day, day_start, last_business_day
from pipelines.contract.registry.packages import has_unseen_uses
from reports.content.published import PublishedTables


class PackageRow(NamedTuple):
    """A row of `resource_packages`; `zone` is the business time zone."""

    resource_package_id: str
    account_id: str
    quantity: int
    purchased_at: datetime
    expires_at: datetime
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
    zone: str

    @property
    def first_day(self) -> date:
        """The day of the purchase."""
        return business_day(self.purchased_at, self.zone)

    @property
    def last_day(self) -> date:
        """The last day on which the package is valid."""
        return last_business_day(self.expires_at, self.zone)

    @property
    def is_upper_bound(self) -> bool:
        """Whether `remaining` may be too high: uses on days without data are not deducted."""
        return bool(self.missing_days and self.remaining)

    @property
    def lapse_price(self) -> float | None:
        """Price in yuan of the units that lapsed or are expected to; None if the price or the number is not known."""
        lapsed = self.expired if self.state == "expired" else self.unused_expected
        return None if self.price is None or lapsed is None else self.price * lapsed / self.quantity


class AccountApp(NamedTuple):
    """The uses of an app under an account over the last 30 days; `overflow` is how many of them no package covered."""

    account_id: str
    app_key: str
    overflow: int
    uses: int


class Adjustment(NamedTuple):
    """A day on which a reading (a balance shown by the console) changed the units left in a package by `adjusted`."""

    account_id: str
    day: date
    resource_package_id: str
    adjusted: int
    remaining: int


class Readings(NamedTuple):
    """The readings (balances that the console showed) of an account's packages: their number and the day of the newest.

    `most_off` is the largest correction by readings: the adjustments of one day or of the newest reading, as a share of
    the package's original units, rounded up to a thousandth. It is 0 if all readings agreed with the computed units.
    """

    account_id: str
    times: int
    newest_day: date
    most_off: float


_OfAccount = TypeVar("_OfAccount", PackageRow, AccountApp, Adjustment)


@dataclass(frozen=True)
class PackageAccount:
    """An account with a package.

    Attributes:
        packages: in the order in which they are used.
        left: by package id and day, units left at the end of each of the last 90 days; has the packages of all
            accounts.
        uses: by day of the last 30; days without uses are left out.
        apps: of the last 30 days, most uses first.
        adjustments: the newest first.
        readings: None if the account has no reading.
    """

    row: AccountForecast
    packages: list[PackageRow]
    left: Mapping[str, Mapping[date, int]]
    uses: Mapping[date, int]
    apps: list[AccountApp]
    adjustments: list[Adjustment]
    readings: Readings | None = None

    @property
    def used(self) -> int:
        """The uses of the last 30 days."""
        return sum(one.uses for one in self.apps)

    @property
    def overflow(self) -> int:
        """The uses of the last 30 days that no package covered."""
        return sum(one.overflow for one in self.apps)

    @property
    def is_upper_bound(self) -> bool:
        """Whether units left in active packages may be too high: uses on days without data are not deducted."""
        return any(has_unseen_uses(one.state, one.missing_days) for one in self.packages)

    @property
    def lapsing(self) -> list[PackageRow]:
        """The packages with units that are expected to lapse, the earliest expiry first."""
        return [one for one in self.packages if one.unused_expected]


def package_accounts(marts: PublishedTables) -> list[PackageAccount]:
    """Return every account with a package, sorted by id."""
    zone, as_of = marts.publication.time_zone, marts.publication.as_of
    packages = _by_account(PackageRow._make([*row, zone]) for row in marts.rows("package_states"))
    apps = _by_account(AccountApp(*row) for row in marts.rows("package_use_apps"))
    adjustments = _by_account(Adjustment(*row) for row in marts.rows("package_adjustments"))
    found = marts.rows("billing/package_readings", end=day_start(as_of + timedelta(days=1), zone))
    readings = {
        account_id: Readings(account_id, times, business_day(newest, zone), most_off)
        for account_id, times, newest, most_off in found
    }
    left: dict[str, dict[date, int]] = defaultdict(dict)
    for package_id, day, remaining in marts.rows("package_days"):
        left[package_id][day] = remaining
    uses: dict[str, dict[date, int]] = defaultdict(dict)
    for account_id, day, count in marts.rows("package_use_days"):
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
