"""Tests that the random worlds of bills together contain every cause, state and reason that comparisons must cover."""

from __future__ import annotations

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


def had(world: World, table: Tables) -> Iterator[object]:
    """Yield the features that a world has, such as causes, states and reasons."""
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
def test_random_worlds_contain_every_feature(tmp_path: Path) -> None:
    """Comparisons of worlds that lack a feature would prove nothing about it."""
    seen: set[object] = set()
    for seed in SEEDS:
        world = read_world(tmp_path / str(seed), write_world(tmp_path / str(seed), seed))
        seen |= set(had(world, tables(world)))
    assert [one for one in WANTED if one not in seen] == []
