"""Adds resource packages to a hand-made database: fills all their tables by the rules of the ledger."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.package_tables import package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.common.days import day_start
from pipelines.contract.registry.packages import Package, PackageReading
from tests.data.made_database import AS_OF, Database, day

ZONE = "Asia/Shanghai"


def package(name: str, account: str, quantity: int, bought: int, expires: int, price: float | None = None) -> Package:
    """Return a package that is bought and expires at 00:00.

    `bought` and `expires` are days before the as-of; a negative number is a day after the as-of.
    """
    return Package(name, account, quantity, day_start(day(bought), ZONE), day_start(day(expires), ZONE), price)


def reading(name: str, back: int, remaining: int) -> PackageReading:
    """Return a reading of a package at 00:00, `back` days before the as-of."""
    return PackageReading(name, day_start(day(back), ZONE), remaining)


def add_packages(
    made: Database,
    packages: Sequence[Package],
    uses: Mapping[str, Mapping[str, Callable[[int], int]]],
    readings: Sequence[PackageReading] = (),
    days: int = 41,
    missing: Sequence[int] = (),
) -> None:
    """Add the tables of packages as of `AS_OF`.

    Args:
        uses: by account and app, a function from a number of days before the as-of to the uses of that day.
        days: number of days with data up to the as-of.
        missing: days without data, as numbers of days before the as-of.
    """
    backs = [back for back in range(days) if back not in missing]
    accounts = [
        Account(
            account_id,
            tuple(one for one in packages if one.account_id == account_id),
            tuple(one for one in readings if _account_of(one, packages) == account_id),
            {
                day(back): {app: count for app, of in uses.get(account_id, {}).items() if (count := of(back))}
                for back in backs
            },
        )
        for account_id in sorted({one.account_id for one in packages})
    ]
    end: date = AS_OF + timedelta(days=1)
    at = AsOf(AS_OF, day_start(end, ZONE), {day(back) for back in backs}, future_days(AS_OF, ZONE), ZONE, 7)
    for name, frame in package_tables(accounts, at).items():
        made.add(name, *frame.iter_rows(named=True))
    made.add("resource_package_readings", *(vars(one) for one in readings))


def _account_of(one: PackageReading, packages: Sequence[Package]) -> str:
    (found,) = [package for package in packages if package.resource_package_id == one.resource_package_id]
    return found.account_id
