"""Computes `billing_daily` and `billing_hourly`, by section 9 of the contract, as sums over counted verification
records. `world.py` decides the account of each record, and whether it is a use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from lab.oracle.bills.world import Verified
from lab.oracle.counts import Row

Key = TypeVar("Key")


def grouped(verified: Iterable[Verified], key: Callable[[Verified], Key]) -> dict[Key, list[Verified]]:
    """Group records by key. Each group keeps their order."""
    groups: dict[Key, list[Verified]] = defaultdict(list)
    for one in verified:
        groups[key(one)].append(one)
    return groups


def sums(group: list[Verified]) -> Row:
    """Return the counts that `billing_daily` and `billing_hourly` have in common, over a group of records."""
    return {
        "requests": len(group),
        "successes": sum(one.outcome == "success" for one in group),
        "mismatches": sum(one.outcome == "mismatch" for one in group),
        "unknowns": sum(one.outcome == "unknown" for one in group),
        "uses": sum(one.is_use for one in group),
    }


def billing_daily(verified: list[Verified]) -> list[Row]:
    """Return the rows of `billing_daily`. Its key: day, account_id, app_key, channel."""
    groups = grouped(verified, lambda one: (one.day, one.account_id, one.app_key, one.channel))
    return [
        {
            "day": day, "account_id": account, "app_key": app, "channel": channel, **sums(group),
            "duplicates": sum(one.duplicates for one in group), "late": sum(one.is_late for one in group),
        }
        for (day, account, app, channel), group in sorted(groups.items())
    ]  # fmt: skip


def billing_hourly(verified: list[Verified]) -> list[Row]:
    """Return the rows of `billing_hourly`. Its key: day, hour, account_id, channel."""
    groups = grouped(verified, lambda one: (one.day, one.hour, one.account_id, one.channel))
    return [
        {"day": day, "hour": hour, "account_id": account, "channel": channel, **sums(group)}
        for (day, hour, account, channel), group in sorted(groups.items())
    ]
