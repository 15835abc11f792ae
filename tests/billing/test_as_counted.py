"""Compares every cell of the published billing tables with the independent count.

Two runs read a random folder, the second with late records. `test_tables_as_counted.py` compares single tables for
more random data.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.as_counted import KEY, differences, published
from lab.oracle.bills.tables import tables
from lab.oracle.bills.world import read_world
from lab.oracle.counts import Row
from lab.worlds.random_bills import write_world
from tests.support import DataFolder

KEYS = {
    "billing_daily": ("day", "account_id", "app_key", "channel"),
    "billing_hourly": ("day", "hour", "account_id", "channel"),
    "resource_package_daily": ("day", "resource_package_id"),
    "resource_package_usage": ("day", "account_id", "app_key", "resource_package_id"),
    "resource_packages": ("resource_package_id",),
    "resource_package_forecast": ("account_id",),
    "limit_daily": ("day", "limit_id", "app_key"),
    "repeat_daily": ("day", "app_key", "key", "requests_class"),
    "repeat_top": ("day", "key", "rank"),
    "reconciliation_daily": ("day", "account_id", "app_key", "channel", "measure"),
    "reconciliation_monthly": ("month", "account_id", "channel", "measure"),
}


def as_published(row: Row) -> Row:
    """Return a counted row with sums of money as floats."""
    money = {name: float(str(row[name])) for name in ("price", "amount") if row.get(name) is not None}
    return row | money


def test_two_runs_are_as_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHMETER_HASH_KEY", KEY)
    everything, data = tmp_path / "all", tmp_path / "data"
    runs = write_world(everything, 3)
    shutil.copytree(everything / "registry", data / "registry")
    shutil.copyfile(everything / "authmeter.toml", data / "authmeter.toml")
    for number, day in enumerate(runs, start=1):
        shutil.copytree(everything / f"landing/run{number}", data / f"landing/run{number}")
        DataFolder(data).tables(day, datetime.now(UTC))
    report: list[str] = []
    counted = tables(read_world(everything, runs, KEY))
    for table, key in KEYS.items():
        rows = [as_published(row) for row in counted[table]]
        lines = differences(rows, published(data, table, rows[0] if rows else key), key)
        report += [f"{table}: {line}" for line in lines[:5]] + [f"{table}: {len(lines)} in all"] * (len(lines) > 5)
    assert report == []
