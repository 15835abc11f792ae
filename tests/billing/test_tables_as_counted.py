"""Compares ledger, states and forecasts of random packages, and the reconciliation of random consoles and bills, with
the independent count, cell by cell.

The product reads packages, readings, consoles and bills from the registry; the counts of the log come from the
independent count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from lab.as_counted import differences
from lab.oracle.bills.daily import reconciliation_daily
from lab.oracle.bills.ledger import Ledger, ledger
from lab.oracle.bills.monthly import reconciliation_monthly
from lab.oracle.bills.tables import of_packages
from lab.oracle.bills.uses import billing_daily, billing_hourly
from lab.oracle.bills.world import Verified, World, read_world
from lab.oracle.counts import Row
from lab.oracle.raw_rows import utc_time
from lab.worlds.random_bills import write_world
from pipelines.billing.packages.account import Account
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.package_tables import package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.billing.reconciliation.log_side import LogCounts, LogSide, by_hours
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.common.days import business_day, day_start
from pipelines.contract.registry.packages import Packages, load_packages
from pipelines.contract.registry.row_files import Problem
from pipelines.contract.registry.statements import ProviderStatements, load_statements
from tests.data.log_sums import with_sums

KEYS = {
    "resource_package_daily": ("day", "resource_package_id"),
    "resource_package_usage": ("day", "account_id", "app_key", "resource_package_id"),
    "resource_packages": ("resource_package_id",),
    "resource_package_forecast": ("account_id",),
}
DAILY = ("day", "account_id", "app_key", "channel", "measure")
MONTHLY = ("month", "account_id", "channel", "measure")
Problems = list[tuple[str, int, str]]


class RandomWorld(NamedTuple):
    """A random world with its ledger, and the registry as the product reads it, with the invalid rows of each half."""

    world: World
    book: Ledger
    bought: Packages
    bad_packages: Problems
    said: ProviderStatements
    bad_statements: Problems


@cache
def random_world(seed: int) -> RandomWorld:
    """Return the world of a seed. Making it takes half of a test's time, so both tests share it."""
    in_packages: list[Problem] = []
    in_statements: list[Problem] = []
    with TemporaryDirectory() as folder:
        world = read_world(Path(folder), write_world(Path(folder), seed))
        bought = load_packages(Path(folder) / "registry", world.zone.key, in_packages)
        said = load_statements(Path(folder) / "registry", in_statements)
    bad_packages, bad_statements = (
        [(problem.path, problem.line, problem.reason) for problem in problems]
        for problems in (in_packages, in_statements)
    )
    return RandomWorld(world, ledger(world), bought, bad_packages, said, bad_statements)


def account_of(name: str, bought: Packages, uses: list[Verified], zone: str) -> Account:
    """Return an account as input of the ledger. Days are cut at purchases, expiries and readings of its packages."""
    own = tuple(package for package in bought.packages if package.account_id == name)
    names = {package.resource_package_id for package in own}
    read = tuple(reading for reading in bought.readings if reading.resource_package_id in names)
    instants = [package.purchased_at for package in own] + [package.expires_at for package in own]
    cuts: dict[date, set[datetime]] = defaultdict(set)
    for instant in [*instants, *(reading.read_at for reading in read)]:
        day = business_day(instant, zone)
        cuts[day] |= {day_start(day, zone), instant}
    by_app: dict[date, Counter[str]] = defaultdict(Counter)
    by_cut: dict[date, dict[datetime, Counter[str]]] = {day: {cut: Counter() for cut in cuts[day]} for day in cuts}
    for one in uses:
        by_app[one.day][one.app_key] += 1
        if one.day in cuts:
            by_cut[one.day][max(cut for cut in cuts[one.day] if cut <= utc_time(one.event_ms))][one.app_key] += 1
    return Account(name, own, read, by_app, by_cut)


def packages_of(world: World, bought: Packages) -> dict[str, list[Row]]:
    """Return the product's package tables for a random world, by name."""
    zone = world.zone.key
    uses: dict[str, list[Verified]] = defaultdict(list)
    for one in world.verified:
        if one.is_use:
            uses[one.account_id].append(one)
    names = sorted({package.account_id for package in bought.packages})
    end = day_start(world.as_of + timedelta(days=1), zone)
    at = AsOf(world.as_of, end, world.complete, future_days(world.as_of, zone), zone, world.settings.buy_lead_days)
    found = package_tables([account_of(name, bought, uses[name], zone) for name in names], at)
    return {name: table.to_dicts() for name, table in found.items()}


def log_of(world: World, book: Ledger) -> LogSide:
    """Return the log of a random world as input of the reconciliation. `book` has the uses that no package covered."""
    daily = [tuple(row.values()) for row in billing_daily(world.verified)]
    hourly = [tuple(row.values()) for row in billing_hourly(world.verified)]
    overflow: Counter[tuple[date, str]] = Counter()
    for (day, account, _, package), uses in book.usage.items():
        overflow[day, account] += uses if package is None else 0
    return LogSide(
        world.as_of,
        world.complete,
        with_sums((*row[:4], LogCounts(*row[4:])) for row in daily),
        by_hours((*row[:4], LogCounts(*row[4:])) for row in hourly),
        overflow,
    )


def as_published(row: Row) -> Row:
    """Return a counted row with sums of money as floats, as the product has them."""
    return row | {name: float(str(row[name])) for name in ("price", "amount") if row.get(name) is not None}


def rejected(world: World, *paths: str) -> Problems:
    """Return the rows of these registry files or folders that the independent count refuses."""
    return sorted(reject for reject in world.rejected if reject.path.startswith(paths))


@pytest.mark.parametrize("seed", [0, 3, 6])
def test_packages_are_as_counted(seed: int) -> None:
    made = random_world(seed)
    found, counted = packages_of(made.world, made.bought), of_packages(made.world, made.book)
    report = [
        f"{name}: {line}"
        for name, key in KEYS.items()
        for line in differences([as_published(row) for row in counted[name]], found[name], key)
    ]
    assert report == []
    assert sorted(made.bad_packages) == rejected(made.world, "registry/resource_package")


@pytest.mark.parametrize("seed", [0, 5, 6])
def test_days_and_months_are_as_counted(seed: int) -> None:
    made = random_world(seed)
    world, console, log = made.world, whole_console(made.said.console), log_of(made.world, made.book)
    allowed = Tolerance(world.settings.tolerance_records, float(world.settings.tolerance_share))
    days = [row._asdict() for row in reconciled_days(console, log, allowed, world.zone.key)]
    months = [row._asdict() for row in reconciled_months(made.said.bills, console, log, allowed, world.zone.key)]
    counted = [as_published(row) for row in reconciliation_monthly(world, made.book)]
    assert differences(reconciliation_daily(world), days, DAILY)[:10] == []
    assert differences(counted, months, MONTHLY)[:10] == []
    assert sorted(made.bad_statements) == rejected(world, "registry/console/", "registry/bills/")
