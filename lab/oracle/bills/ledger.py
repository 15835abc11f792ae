"""Computes the ledger of packages, by section 10 of the contract: from which package each use is deducted.
`package_tables.py` makes tables of it.
"""

# Where the contract is silent, this count decides:
# - Events at 00:00 belong to the day that begins: they are in its row, after `opening`.
# - Readings after `as_of` are ignored.

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from lab.oracle.bills.times import ONE_DAY, day_of, days_from, start_ms
from lab.oracle.bills.uses import grouped
from lab.oracle.bills.world import Verified, World

MOVES = ("granted", "used", "adjusted", "expired")


class Package(NamedTuple):
    """A package, valid in [bought, expires) in Unix ms. Packages are used in the order of these fields."""

    expires_ms: int
    bought_ms: int
    name: str
    account_id: str
    quantity: int


class Ledger(NamedTuple):
    """The ledger of all accounts with a package.

    Attributes:
        opening: units left at the beginning of a day, by day and package.
        moves: units by day, package and kind of change (`MOVES`).
        usage: uses by day, account, app and package; package None is overflow.
        left: units that each purchased package has left at the end of `as_of`.
    """

    opening: dict[tuple[date, str], int]
    moves: Counter[tuple[date, str, str]]
    usage: Counter[tuple[date, str, str, str | None]]
    left: dict[str, int]


def packages_of(world: World) -> list[Package]:
    """Return the packages in the order in which they are used."""
    return sorted(
        Package(row.expires_at, row.purchased_at, row.resource_package_id, row.account_id, row.quantity)
        for row in world.packages
    )


def shared(amount: int, wanted: dict[str, int]) -> dict[str, int]:
    """Divide an amount among apps in proportion to `wanted`.

    Each app gets the whole part of its share. The apps with the largest remainders get one more; of equal remainders,
    the first app by name.
    """
    exact = {app: Fraction(amount * want, sum(wanted.values())) for app, want in wanted.items()}
    given = {app: int(share) for app, share in exact.items()}
    by_remainder = sorted(wanted, key=lambda app: (given[app] - exact[app], app))
    for app in by_remainder[: amount - sum(given.values())]:
        given[app] += 1
    return given


def draw(left: dict[str, int], valid: list[Package], wanted: dict[str, int]) -> Counter[tuple[str, str | None]]:
    """Deduct the uses that apps want from packages, in the order of `valid`, and return the uses by app and package.

    Package None is overflow. `left` has the units of each package, and is changed.
    """
    drawn: Counter[tuple[str, str | None]] = Counter()
    uncovered = dict(wanted)
    for package in valid:
        amount = min(left[package.name], sum(uncovered.values()))
        if amount:
            left[package.name] -= amount
            for app, share in shared(amount, uncovered).items():
                drawn[app, package.name] += share
                uncovered[app] -= share
    for app, rest in uncovered.items():
        drawn[app, None] += rest
    return drawn


def ledger(world: World) -> Ledger:
    """Return the ledger of all accounts with a package; each account is computed separately."""
    book = Ledger({}, Counter(), Counter(), {})
    packages = packages_of(world)
    for account in sorted({package.account_id for package in packages}):
        own = [package for package in packages if package.account_id == account]
        uses = [one for one in world.verified if one.is_use and one.account_id == account]
        by_day = grouped(uses, lambda one: one.day)
        first = min([*(day_of(package.bought_ms, world.zone) for package in own), *by_day])
        for day in days_from(first, world.as_of):
            for package in own:
                if package.name in book.left:
                    book.opening[day, package.name] = book.left[package.name]
            _one_day(world, book, own, day, by_day.get(day, []))
    return book


def _one_day(world: World, book: Ledger, own: list[Package], day: date, uses: list[Verified]) -> None:
    begin, end = start_ms(day, world.zone), start_ms(day + ONE_DAY, world.zone)
    read = {
        (row.read_at, package.name): row.remaining
        for row in world.readings
        for package in own
        if row.resource_package_id == package.name
    }
    instants = {begin, *(ms for ms, _ in read)}
    instants |= {ms for package in own for ms in (package.bought_ms, package.expires_ms)}
    cuts = sorted(ms for ms in instants if begin <= ms < end)
    for cut, following in zip(cuts, [*cuts[1:], end], strict=True):
        for package in own:
            if package.expires_ms == cut:
                book.moves[day, package.name, "expired"] += book.left[package.name]
                book.left[package.name] = 0
        for package in own:
            if package.bought_ms == cut:
                book.moves[day, package.name, "granted"] += package.quantity
                book.left[package.name] = package.quantity
        for package in own:
            if (cut, package.name) in read:
                book.moves[day, package.name, "adjusted"] += read[cut, package.name] - book.left[package.name]
                book.left[package.name] = read[cut, package.name]
        valid = [package for package in own if package.bought_ms <= cut < package.expires_ms]
        wanted = Counter(one.app_key for one in uses if cut <= one.event_ms < following)
        for (app, name), amount in draw(book.left, valid, dict(wanted)).items():
            book.usage[day, own[0].account_id, app, name] += amount
            if name is not None:
                book.moves[day, name, "used"] += amount
