"""Computes every table of sections 9 to 12 of the contract for a world. Rows are in the order of the table's key."""

from __future__ import annotations

from lab.oracle.bills.daily import reconciliation_daily
from lab.oracle.bills.ledger import Ledger, ledger, packages_of
from lab.oracle.bills.limits import limit_daily, repeat_daily, repeat_top
from lab.oracle.bills.monthly import reconciliation_monthly
from lab.oracle.bills.package_tables import resource_package_daily, resource_package_usage, resource_packages
from lab.oracle.bills.simulation import outlook
from lab.oracle.bills.uses import billing_daily, billing_hourly
from lab.oracle.bills.world import World
from lab.oracle.counts import Row


def of_packages(world: World, book: Ledger) -> dict[str, list[Row]]:
    """Return the rows of each table of packages (section 10). Times have a zone, and ratios are floats."""
    packages = packages_of(world)
    accounts = sorted({package.account_id for package in packages})
    outlooks = {account: outlook(world, book, packages, account) for account in accounts}
    return {
        "resource_package_daily": resource_package_daily(world, book, packages),
        "resource_package_usage": resource_package_usage(book),
        "resource_packages": resource_packages(world, book, packages, outlooks),
        "resource_package_forecast": [outlooks[account].row for account in accounts],
    }


def tables(world: World) -> dict[str, list[Row]]:
    """Return the rows of each table, with columns in the order of the contract."""
    book = ledger(world)
    return {
        "billing_daily": billing_daily(world.verified),
        "billing_hourly": billing_hourly(world.verified),
        **of_packages(world, book),
        "limit_daily": limit_daily(world),
        "repeat_daily": repeat_daily(world),
        "repeat_top": repeat_top(world),
        "reconciliation_daily": reconciliation_daily(world),
        "reconciliation_monthly": reconciliation_monthly(world, book),
        "rejected_records": [reject._asdict() for reject in sorted(world.rejected)],
    }
