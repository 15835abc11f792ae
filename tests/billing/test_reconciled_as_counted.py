"""Compares the reconciliation of random consoles and bills by day and by month with the independent count, cell by
cell. The product reads consoles and bills from the registry; the counts of the log come from the independent count.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from lab.as_counted import differences
from lab.oracle.bills.daily import reconciliation_daily
from lab.oracle.bills.ledger import Ledger, ledger
from lab.oracle.bills.monthly import reconciliation_monthly
from lab.oracle.bills.uses import billing_daily, billing_hourly
from lab.oracle.bills.world import World, read_world
from lab.oracle.counts import Row
from lab.worlds.random_bills import write_world
from pipelines.billing.reconciliation.log_side import LogCounts, LogSide, by_hours
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.contract.registry.row_files import Problem
from pipelines.contract.registry.statements import load_statements
from tests.data.log_sums import with_sums

DAILY = ("day", "account_id", "app_key", "channel", "measure")
MONTHLY = ("month", "account_id", "channel", "measure")


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


def made(folder: Path, world: World, book: Ledger) -> tuple[list[Row], list[Row], list[tuple[str, int, str]]]:
    """Return the reconciled days and months of a random world, and path, line and reason of each invalid registry
    row.
    """
    problems: list[Problem] = []
    said, log, zone = load_statements(folder / "registry", problems), log_of(world, book), world.zone.key
    allowed = Tolerance(world.settings.tolerance_records, float(world.settings.tolerance_share))
    console = whole_console(said.console)
    return (
        [row._asdict() for row in reconciled_days(console, log, allowed, zone)],
        [row._asdict() for row in reconciled_months(said.bills, console, log, allowed, zone)],
        [(problem.path, problem.line, problem.reason) for problem in problems],
    )


def as_published(row: Row) -> Row:
    """Return a counted row with sums of money as floats, as the product has them."""
    return row | ({"amount": float(str(row["amount"]))} if row.get("amount") is not None else {})


@pytest.mark.parametrize("seed", [0, 5, 6])
def test_days_and_months_are_as_counted(tmp_path: Path, seed: int) -> None:
    world = read_world(tmp_path, write_world(tmp_path, seed))
    book = ledger(world)
    days, months, problems = made(tmp_path, world, book)
    counted = [as_published(row) for row in reconciliation_monthly(world, book)]
    assert differences(reconciliation_daily(world), days, DAILY)[:10] == []
    assert differences(counted, months, MONTHLY)[:10] == []
    folders = ("registry/console/", "registry/bills/")
    assert sorted(problems) == sorted(reject for reject in world.rejected if reject.path.startswith(folders))
