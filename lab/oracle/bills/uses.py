"""`billing_daily` and `billing_hourly`, by section 9 of the contract: sums over verification records that count.
`world.py` decides their account, and which of them are uses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lab.oracle.bills.world import Verified
from lab.oracle.counts import Row


def grouped(verified: Iterable[Verified], names: Iterable[str]) -> dict[tuple[object, ...], list[Verified]]:
    """Records by the values of fields."""
    groups: dict[tuple[object, ...], list[Verified]] = defaultdict(list)
    for one in verified:
        groups[tuple(getattr(one, name) for name in names)].append(one)
    return groups


def sums(group: list[Verified]) -> Row:
    """The counts that both tables have."""
    return {
        "requests": len(group),
        "successes": sum(one.outcome == "success" for one in group),
        "mismatches": sum(one.outcome == "mismatch" for one in group),
        "unknowns": sum(one.outcome == "unknown" for one in group),
        "uses": sum(one.is_use for one in group),
    }


def billing_daily(verified: list[Verified]) -> list[Row]:
    """Key: day, account_id, app_key, channel."""
    names = ("day", "account_id", "app_key", "channel")
    return [
        {
            **dict(zip(names, key, strict=True)),
            **sums(group),
            "duplicates": sum(one.duplicates for one in group),
            "late": sum(one.is_late for one in group),
        }
        for key, group in sorted(grouped(verified, names).items())
    ]


def billing_hourly(verified: list[Verified]) -> list[Row]:
    """Key: day, hour, account_id, channel."""
    names = ("day", "hour", "account_id", "channel")
    groups = sorted(grouped(verified, names).items())
    return [{**dict(zip(names, key, strict=True)), **sums(group)} for key, group in groups]
