"""Computes the tables of packages except the forecast, by section 10 of the contract."""

# Where the contract is silent, this count decides: `missing_days` counts from the day of the purchase, or of the newest
# reading up to `as_of`, both ends included. It is 0 for a future package.

from __future__ import annotations

from lab.oracle.bills.forecast import Outlook
from lab.oracle.bills.ledger import MOVES, Ledger, Package
from lab.oracle.bills.times import ONE_DAY, day_of, days_from, start_ms
from lab.oracle.bills.world import World
from lab.oracle.counts import Row
from lab.oracle.raw_rows import utc_time


def resource_package_daily(world: World, book: Ledger, packages: list[Package]) -> list[Row]:
    """Return the rows of `resource_package_daily`. Its key: day, resource_package_id."""
    rows: list[Row] = []
    for package in packages:
        last = min(world.as_of, day_of(package.expires_ms, world.zone))
        for day in days_from(day_of(package.bought_ms, world.zone), last):
            opening = book.opening.get((day, package.name), 0)
            moves = {move: book.moves[day, package.name, move] for move in MOVES}
            remaining = opening + moves["granted"] - moves["used"] + moves["adjusted"] - moves["expired"]
            key: Row = {"day": day, "resource_package_id": package.name, "account_id": package.account_id}
            rows.append({**key, "opening": opening, **moves, "remaining": remaining})
    return sorted(rows, key=lambda row: (str(row["day"]), str(row["resource_package_id"])))


def resource_package_usage(book: Ledger) -> list[Row]:
    """Return the rows of `resource_package_usage`. Its key: day, account_id, app_key, resource_package_id."""
    names = ("day", "account_id", "app_key", "resource_package_id")
    found = sorted(book.usage.items(), key=lambda item: (item[0][:3], item[0][3] or ""))
    return [{**dict(zip(names, key, strict=True)), "uses": uses} for key, uses in found if uses]


def state_of(world: World, package: Package, left: dict[str, int]) -> str:
    """Return the state of a package at the end of `as_of`. `left` has the units of each package then."""
    end = start_ms(world.as_of + ONE_DAY, world.zone)
    if package.expires_ms < end:
        return "expired"
    if package.bought_ms >= end:
        return "future"
    return "active" if left[package.name] else "used_up"


def resource_packages(world: World, book: Ledger, packages: list[Package], outlooks: dict[str, Outlook]) -> list[Row]:
    """Return the rows of `resource_packages`. Its key: resource_package_id. `outlooks` has forecasts by account."""
    price = {row.resource_package_id: row.price for row in world.packages}
    rows: list[Row] = []
    for package in sorted(packages, key=lambda package: package.name):
        moves = {move: sum(n for (_, *at), n in book.moves.items() if at == [package.name, move]) for move in MOVES}
        state = state_of(world, package, book.left)
        outlook = outlooks[package.account_id]
        rows.append(
            {
                "resource_package_id": package.name,
                "account_id": package.account_id,
                "quantity": package.quantity,
                "purchased_at": utc_time(package.bought_ms),
                "expires_at": utc_time(package.expires_ms),
                "price": price[package.name],
                "used": moves["used"],
                "adjusted": moves["adjusted"],
                "expired": moves["expired"],
                "remaining": book.left.get(package.name, 0),
                "state": state,
                "missing_days": _missing_days(world, package),
                "used_up_day": outlook.used_up.get(package.name) if state in ("active", "future") else None,
                "unused_expected": outlook.unused["mid"].get(package.name),
                "unused_least": outlook.unused["high"].get(package.name),
                "unused_most": outlook.unused["low"].get(package.name),
            }
        )
    return rows


def _missing_days(world: World, package: Package) -> int:
    end = start_ms(world.as_of + ONE_DAY, world.zone)
    own = [row.read_at for row in world.readings if row.resource_package_id == package.name]
    since = day_of(max([package.bought_ms, *(ms for ms in own if ms < end)]), world.zone)
    until = min(world.as_of, day_of(package.expires_ms, world.zone))
    return sum(day not in world.complete for day in days_from(since, until))
