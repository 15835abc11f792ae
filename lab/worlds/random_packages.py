"""Makes random packages, readings and limits of a world, from good rows and rows with one fault.

Packages are bought at any instant. Some expire at the same instant; some cover a leap day, begin in the future, or end
before the log begins. Readings are at any instant, and some are 0. `random_bills.py` makes the rest of a world.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from lab.oracle.bills import registry
from lab.oracle.bills.rows import PackageRow
from lab.oracle.bills.times import ONE_DAY, start_ms
from lab.oracle.raw_rows import utc_time
from lab.oracle.records import DAY_MS
from lab.worlds.csv_text import write_csv

ACCOUNTS = ("a1", "账户2", "", "")
PACKAGE_HEAD = ("resource_package_id", "account_id", "quantity", "purchased_at", "expires_at", "price")
LIMIT_HEAD = ("limit_id", "app_key", "channel", "key", "max_requests", "window")
BAD_PACKAGES = (
    ("", "a1", 5, "2026-01-01", "", ""), ("n" * 129, "a1", 5, "2026-01-01", "", ""),
    ("b1", "a" * 129, 5, "2026-01-01", "", ""), ("b2", "a1", "", "2026-01-01", "", ""),
    ("b3", "a1", 0, "2026-01-01", "", ""), ("b4", "a1", "2.5", "2026-01-01", "", ""),
    ("b5", "a1", -3, "2026-01-01", "", ""), ("b6", "a1", 5, "", "", ""), ("b7", "a1", 5, "2026-02-29", "", ""),
    ("b8", "a1", 5, "2026-01-01", "2026-01-01", ""), ("b9", "a1", 5, "2026-01-01", "soon", ""),
    ("b10", "a1", 5, "2026-01-01", "", "dear"), ("b11", "a1", 5, "20260101", "", ""),
)  # fmt: skip
BAD_LIMITS = (
    ("", "*", "*", "app", 1, "day"), ("c1", "a b", "*", "app", 1, "day"), ("c2", "*", "sms", "app", 1, "day"),
    ("c3", "*", "*", "ip", 1, "day"), ("c4", "*", "*", "", 1, "day"), ("c5", "*", "*", "app", 0, "day"),
    ("c6", "*", "*", "app", "many", "day"), ("c7", "*", "*", "app", 1, 0), ("c8", "*", "*", "app", 1, 86401),
    ("c9", "*", "*", "app", 1, "hour"), ("c10", "*", "*", "app", 1, ""),
)  # fmt: skip


def write_packages(rng: Random, folder: Path, first: date, last: date, zone: ZoneInfo, a_day: int) -> list[int]:
    """Write packages and readings, and return the instants of all purchases, expiries and readings in Unix ms.

    `a_day` is about how many records a day has.
    """
    size = (last - first).days * a_day // 8
    rows = [(f"p{number}", *_package(rng, first, last, zone, size)) for number in range(rng.randrange(4, 12))]
    rows += _twins(rng, last, size)
    rows.append(("leap", "", size, "2024-02-29T12:00:00+08:00", "", "9.90"))
    rows += [("over", "a1", size, str(first), str(last + ONE_DAY), ""), ("gone", "a1", 9, "2023-02-28", "", "1")]
    rng.shuffle(rows)
    bad = [*BAD_PACKAGES, (rows[0][0], "a1", 1, "2026-01-01", "", "")]
    write_csv(folder / "registry/resource_packages.csv", PACKAGE_HEAD, [*rows, *bad], rng.choice(("", "\ufeff")))
    bought = registry.packages(folder, zone).rows
    read: list[tuple[object, ...]] = [("over", str(last - timedelta(days=20)), size // 2)]
    read += [reading for package in bought for reading in _readings(rng, package, first, last, zone)]
    bad_readings: list[tuple[object, ...]]
    bad_readings = [("nowhere", read[0][1], 1), ("", read[0][1], 1), ("over", "", 1), ("over", str(last), "")]
    bad_readings += [
        ("over", "2020-01-01", 1),
        ("over", str(last + ONE_DAY), 1),
        ("over", str(last), size + 1),
        read[0],
    ]
    bad_readings += [("over", str(last), "-1"), ("over", "noon", 1)]
    head = ("resource_package_id", "read_at", "remaining")
    write_csv(folder / "registry/resource_package_readings.csv", head, [*read, *bad_readings])
    instants = {ms for package in bought for ms in (package.purchased_at, package.expires_at)}
    return sorted(instants | {row.read_at for row in registry.readings(folder, zone, bought).rows})


def _package(rng: Random, first: date, last: date, zone: ZoneInfo, size: int) -> tuple[object, ...]:
    span = (last - first).days
    bought = first + timedelta(days=rng.randrange(-30, span + 20))
    expires = bought + timedelta(days=rng.choice((1, 20, 60, 130, 300, span)))
    return (
        rng.choice(ACCOUNTS),
        rng.randrange(1, size),
        _written(rng, bought, zone),
        rng.choice(("", str(expires + ONE_DAY), _written(rng, expires + ONE_DAY, zone))),
        rng.choice(("", "1200", "99.50")),
    )


def _written(rng: Random, day: date, zone: ZoneInfo) -> str:
    """Return a random instant of a day as text, in one of the forms in which a registry file may write it."""
    ms = start_ms(day, zone) + rng.choice((0, 1, DAY_MS // 2, rng.randrange(DAY_MS)))
    whole = utc_time(ms - ms % 1000)
    local = whole.astimezone(zone).replace(tzinfo=None)
    return rng.choice((str(day), str(ms), utc_time(ms).isoformat(timespec="milliseconds"), f"{local}", f"{local}"))


def _twins(rng: Random, last: date, size: int) -> list[tuple[object, ...]]:
    """Return the rows of three packages of one account that expire together. Two of them are bought together."""
    account, bought, expires = rng.choice(ACCOUNTS), last - timedelta(days=25), last + timedelta(days=rng.randrange(9))
    head = (account, rng.randrange(1, 2 + size // 6))
    return [
        ("t2", *head, str(bought), str(expires), ""),
        ("t1", *head, str(bought), str(expires), ""),
        ("t0", *head, f"{bought} 00:00:01", str(expires), ""),
    ]


def _readings(rng: Random, package: PackageRow, first: date, last: date, zone: ZoneInfo) -> list[tuple[object, ...]]:
    """Return the rows of up to two readings of a package.

    Each is at the first instant at which the package is valid and the log has begun, or at a random one up to the
    package's expiry. The latest are two days after `last`.
    """
    begin = max(package.purchased_at, start_ms(first, zone))
    end = min(package.expires_at, start_ms(last + 3 * ONE_DAY, zone))
    instants = (
        {rng.choice((begin, rng.randrange(begin, end))) for _ in range(rng.choice((0, 0, 1, 2)))}
        if begin < end
        else set()
    )
    return [
        (package.resource_package_id, str(ms), rng.choice((0, package.quantity, rng.randrange(package.quantity + 1))))
        for ms in sorted(instants)
    ]


def write_limits(rng: Random, folder: Path) -> None:
    """Write a file with random limits, a file without limits, or no file."""
    kind = rng.randrange(5)
    rows = [
        (
            f"l{number}",
            rng.choice(("*", "", "shop", "Shop", "ghost", "idle")),
            rng.choice(("*", "*", "", "one_click", "local_verify")),
            rng.choice(("device", "phone", "app")),
            rng.choice((1, 1, 2, 5)),
            rng.choice(("day", 1, 30, 30, 3600, 86400)),
        )
        for number in range(9)
    ]
    if kind:
        bad = (*BAD_LIMITS, ("l1", "*", "*", "app", 1, "day"))
        write_csv(folder / "registry/limits.csv", LIMIT_HEAD, [*rows, *bad] if kind > 1 else [])
