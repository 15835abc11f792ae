"""Random worlds: that they have all there is to count, and what holds of the tables of any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.oracle.bills.tables import tables
from lab.oracle.bills.world import World, read_world
from lab.oracle.counts import Row
from lab.worlds.random_bills import write_world

Tables = dict[str, list[Row]]
# One of each kind, another busy one without missing days, and one in another zone.
SEEDS = (0, 1, 2, 3, 5, 6)
MAY_BE_NULL = (
    "uses_28d", "factor_low", "coverage", "run_out_earliest", "used_up_day", "unused_expected", "unused_most", "price",
)  # fmt: skip
CAUSES = ("within", "shift", "other_account", "mismatch", "unknown", "duplicates", "unexplained")
WANTED = (
    *CAUSES, "no_log", *(("month", "quantity", cause) for cause in (*CAUSES, "log_incomplete", "overflow_only")),
    *(("month", "overflow", cause) for cause in ("within", "log_incomplete", "unexplained")),
    *(("hours", hours) for hours in (None, 8, 15, -3)), "expired", "future", "used_up", "active",
    *(("class", name) for name in ("1", "2", "3", "4", "5", "6-10", "11-20", "21-50", "51+")),
    *((name, is_null) for name in MAY_BE_NULL for is_null in (True, False)),
    "late", "duplicates", ("phone_1_30s", True), ("l1", True), ("l1", False),
    "duplicate:app_key+vendor", "duplicate:resource_package_id", "duplicate:resource_package_id+read_at",
    "duplicate:limit_id", "unknown:resource_package_id", "missing:account_id", "invalid:billed", "invalid:amount",
    "zone Asia/Shanghai", "zone UTC",
)  # fmt: skip


def assert_ledgers_sum(world: World, table: Tables) -> None:
    """A row goes on from the one before it; packages and overflow together are the uses."""
    left: dict[object, object] = {}
    for row in table["resource_package_daily"]:
        assert row["opening"] == left.get(row["resource_package_id"], 0)
        assert row["remaining"] >= 0
        left[row["resource_package_id"]] = row["remaining"]
    accounts = {row["account_id"] for row in world.packages}
    drawn: Counter[tuple[object, ...]] = Counter()
    for row in table["resource_package_usage"]:
        drawn[row["day"], row["account_id"], row["app_key"]] += row["uses"]
    used: Counter[tuple[object, ...]] = Counter()
    for row in table["billing_daily"]:
        used[row["day"], row["account_id"], row["app_key"]] += row["uses"] if row["account_id"] in accounts else 0
    assert +drawn == +used
    for row in table["resource_packages"]:
        assert row["remaining"] == left.get(row["resource_package_id"], 0)


def assert_differences_are_explained_or_not(table: Tables) -> None:
    """Check that both parts make the difference, and that the rest of an explained one is within the tolerance."""
    for row in table["reconciliation_daily"]:
        if row["cause"] != "no_log":
            assert row["explained"] + row["unexplained"] == row["difference"] == row["console"] - row["log"]
            assert (abs(row["unexplained"]) <= row["tolerance"]) == (row["cause"] != "unexplained")
    for row in table["reconciliation_monthly"]:
        assert row["explained"] + row["unexplained"] == row["bill_minus_log"] == row["bill"] - row["log"]


def assert_limits_block_what_they_count(table: Tables) -> None:
    """Check that the first request of each key passes."""
    for row in table["limit_daily"]:
        assert row["keys_blocked"] <= row["blocked"] <= row["with_key"] - row["keys"]
        assert row["with_key"] <= row["requests"]
    assert [row["rank"] for row in table["repeat_top"] if row["rank"] > 20] == []


def had(world: World, table: Tables) -> Iterator[object]:
    """Yield the features of a world."""
    yield "zone " + world.zone.key
    yield from (row["cause"] for row in table["reconciliation_daily"])
    yield from (("month", row["measure"], row["cause"]) for row in table["reconciliation_monthly"])
    yield from (("hours", row["shift_hours"]) for row in table["reconciliation_daily"])
    yield from (row["state"] for row in table["resource_packages"])
    yield from (("class", row["requests_class"]) for row in table["repeat_daily"])
    yield from (row["reason"] for row in table["rejected_records"])
    yield from ((name, row[name] is None) for row in table["resource_package_forecast"] for name in MAY_BE_NULL[:4])
    yield from ((name, row[name] is None) for row in table["resource_packages"] for name in MAY_BE_NULL[4:])
    yield from (name for name in ("late", "duplicates") for row in table["billing_daily"] if row[name])
    yield from ((row["limit_id"], row["blocked"] > 0) for row in table["limit_daily"])


@pytest.mark.lab
def test_worlds_have_all_there_is_and_their_tables_agree(tmp_path: Path) -> None:
    seen: set[object] = set()
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        world = read_world(folder, write_world(folder, seed))
        table = tables(world)
        assert_ledgers_sum(world, table)
        assert_differences_are_explained_or_not(table)
        assert_limits_block_what_they_count(table)
        seen |= set(had(world, table))
    assert [one for one in WANTED if one not in seen] == []


def test_a_seed_gives_one_world(tmp_path: Path) -> None:
    def files(name: str) -> dict[str, bytes]:
        write_world(tmp_path / name, 3)
        found = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        return {path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in found}

    assert files("one") == files("other")
