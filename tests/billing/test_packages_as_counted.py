"""Compares ledger, states and forecasts of random packages with the independent count, cell by cell.

The product reads packages and readings from the registry; the uses come from the independent count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lab.as_counted import differences
from lab.oracle.bills.ledger import ledger
from lab.oracle.bills.tables import of_packages
from lab.oracle.bills.world import Verified, World, read_world
from lab.oracle.counts import Row
from lab.oracle.raw_rows import utc_time
from lab.worlds.random_bills import write_world
from pipelines.billing.packages.account import Account
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.package_tables import package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.common.days import business_day, day_start
from pipelines.contract.registry.packages import Packages, load_packages
from pipelines.contract.registry.row_files import Problem

KEYS = {
    "resource_package_daily": ("day", "resource_package_id"),
    "resource_package_usage": ("day", "account_id", "app_key", "resource_package_id"),
    "resource_packages": ("resource_package_id",),
    "resource_package_forecast": ("account_id",),
}


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


def made(folder: Path, world: World) -> tuple[dict[str, list[Row]], list[tuple[str, int, str]]]:
    """Return the product's package tables for a random world, by name, and path, line and reason of each invalid
    registry row.
    """
    problems: list[Problem] = []
    zone = world.zone.key
    bought = load_packages(folder / "registry", zone, problems)
    uses: dict[str, list[Verified]] = defaultdict(list)
    for one in world.verified:
        if one.is_use:
            uses[one.account_id].append(one)
    names = sorted({package.account_id for package in bought.packages})
    end = day_start(world.as_of + timedelta(days=1), zone)
    at = AsOf(world.as_of, end, world.complete, future_days(world.as_of, zone), zone, world.settings.buy_lead_days)
    found = package_tables([account_of(name, bought, uses[name], zone) for name in names], at)
    return {name: table.to_dicts() for name, table in found.items()}, [
        (problem.path, problem.line, problem.reason) for problem in problems
    ]


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_packages_are_as_counted(tmp_path: Path, seed: int) -> None:
    world = read_world(tmp_path, write_world(tmp_path, seed))
    counted, (found, problems) = of_packages(world, ledger(world)), made(tmp_path, world)
    report = [
        f"{name}: {line}"
        for name, key in KEYS.items()
        for line in differences([as_published(row) for row in counted[name]], found[name], key)
    ]
    assert report == []
    files = ("registry/resource_packages.csv", "registry/resource_package_readings.csv")
    assert sorted(problems) == sorted(reject for reject in world.rejected if reject.path in files)


def as_published(row: Row) -> Row:
    """Return a counted row with sums of money as floats, as the product has them."""
    return row | ({"price": float(str(row["price"]))} if row.get("price") is not None else {})
