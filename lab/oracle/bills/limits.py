"""Computes which requests limits would have blocked, and how often devices and phones return, by section 11 of the
contract: `limit_daily`, `repeat_daily` and `repeat_top` of the last 30 days, record by record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from lab.oracle.bills.rows import LimitRow
from lab.oracle.bills.uses import grouped
from lab.oracle.bills.world import Verified, World
from lab.oracle.counts import Row
from lab.oracle.raw_rows import utc_time

LAST_DAYS = 30
KEYS = ("device", "phone")
TOP = 20
CLASSES = (("6-10", 6, 10), ("11-20", 11, 20), ("21-50", 21, 50))


class Repeat(NamedTuple):
    """The requests of one device or phone in an app on a day. `key` names which of the two, and `hash` is its hash."""

    day: date
    key: str
    app_key: str
    hash: str
    requests: int
    uses: int
    first_at: datetime
    last_at: datetime


def recent(world: World) -> list[Verified]:
    """Return the verification records of the last 30 days, in the order in which limits apply to them."""
    first = world.as_of - timedelta(days=LAST_DAYS - 1)
    return sorted(
        (one for one in world.verified if one.day >= first), key=lambda one: (one.day, one.event_ms, one.event_id)
    )


def key_of(one: Verified, key: str) -> str | None:
    """Return the value of a record that a limit counts by: the hash of its device or phone, or its app.

    `key` is `device`, `phone` or `app`. The value is None if the record has no device or phone.
    """
    return {"device": one.device, "phone": one.phone, "app": one.app_key}[key]


def limit_daily(world: World) -> list[Row]:
    """Return the rows of `limit_daily`. Its key: day, limit_id, app_key."""
    rows = [row for limit in world.limits for row in _of_limit(limit, recent(world))]
    return sorted(rows, key=lambda row: (str(row["day"]), str(row["limit_id"]), str(row["app_key"])))


def _of_limit(limit: LimitRow, verified: list[Verified]) -> list[Row]:
    scope = [one for one in verified if limit.app_key in ("*", one.app_key) and limit.channel in ("*", one.channel)]
    rows: list[Row] = []
    for (day, app), group in grouped(scope, lambda one: (one.day, one.app_key)).items():
        keyed = [one for one in group if key_of(one, limit.key) is not None]
        blocked = _blocked(limit, keyed)
        rows.append(
            {
                "day": day,
                "limit_id": limit.limit_id,
                "app_key": app,
                "requests": len(group),
                "with_key": len(keyed),
                "keys": len({key_of(one, limit.key) for one in keyed}),
                "blocked": len(blocked),
                "blocked_uses": sum(one.is_use for one in blocked),
                "blocked_successes": sum(one.outcome == "success" for one in blocked),
                "keys_blocked": len({key_of(one, limit.key) for one in blocked}),
            }
        )
    return rows


def _blocked(limit: LimitRow, keyed: list[Verified]) -> list[Verified]:
    """Return the records that a limit would block.

    `keyed` has the records of one day and app that have a value of the limit's key, in order of time.
    """
    passed: dict[str | None, list[int]] = defaultdict(list)
    blocked = []
    for one in keyed:
        before = passed[key_of(one, limit.key)]
        if isinstance(limit.window, int):
            since = one.event_ms - 1000 * limit.window
            counted = [ms for ms in before if ms > since]
        else:
            counted = before
        if len(counted) < limit.max_requests:
            before.append(one.event_ms)
        else:
            blocked.append(one)
    return blocked


def repeats(world: World, key: str) -> list[Repeat]:
    """Return the requests of each device, by day and app, in the last 30 days; of each phone if `key` is `phone`."""
    found: list[Repeat] = []
    groups = grouped(recent(world), lambda one: (one.day, one.app_key, key_of(one, key)))
    for (day, app, of_key), group in groups.items():
        if of_key is not None:
            first, last = utc_time(min(one.event_ms for one in group)), utc_time(max(one.event_ms for one in group))
            uses = sum(one.is_use for one in group)
            found.append(Repeat(day, key, app, of_key, len(group), uses, first, last))
    return found


def class_of(requests: int) -> str:
    """Return the class of a number of requests on one day, such as `6-10`."""
    if requests <= 5:
        return str(requests)
    return next((name for name, least, most in CLASSES if least <= requests <= most), "51+")


def repeat_daily(world: World) -> list[Row]:
    """Return the rows of `repeat_daily`. Its key: day, app_key, key, requests_class."""
    names = ("day", "app_key", "key", "requests_class")
    sums: Counter[tuple[date, str, str, str, str]] = Counter()
    for key in KEYS:
        for row in repeats(world, key):
            at = (row.day, row.app_key, key, class_of(row.requests))
            sums.update({(*at, "keys"): 1, (*at, "requests"): row.requests, (*at, "uses"): row.uses})
    keys = sorted({at[:4] for at in sums})
    return [
        {**dict(zip(names, at, strict=True)), **{name: sums[*at, name] for name in ("keys", "requests", "uses")}}
        for at in keys
    ]


def repeat_top(world: World) -> list[Row]:
    """Return the rows of `repeat_top`. Its key: day, key, rank."""
    found = [row for key in KEYS for row in repeats(world, key)]
    found.sort(key=lambda row: (row.day, row.key, -row.requests, row.hash, row.app_key))
    rows: list[Row] = []
    for (day, key), group in groupby(found, key=lambda row: (row.day, row.key)):
        for rank, row in enumerate(list(group)[:TOP], start=1):
            rows.append(
                {
                    "day": day, "key": key, "rank": rank, "app_key": row.app_key, "key_hash": row.hash[:16],
                    "requests": row.requests, "uses": row.uses, "first_at": row.first_at, "last_at": row.last_at,
                }
            )  # fmt: skip
    return rows
