"""The events of packages: the instants that divide an account's time into segments."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import NamedTuple

from pipelines.billing.packages.account import Account
from pipelines.common.days import business_day


class Kind(IntEnum):
    """The kinds of ledger events, in the order in which events with the same timestamp apply."""

    EXPIRY = 0
    PURCHASE = 1
    READING = 2


class LedgerEvent(NamedTuple):
    """An event of a package; `value` is the quantity of a purchase, the balance in a console reading, 0 at expiry."""

    at: datetime
    kind: Kind
    resource_package_id: str
    value: int


def events_by_day(account: Account, before: datetime, zone: str) -> dict[date, list[LedgerEvent]]:
    """Return the events of an account's packages before an instant, by business day, sorted by time."""
    found = [LedgerEvent(one.read_at, Kind.READING, one.resource_package_id, one.remaining) for one in account.readings]
    for package in account.packages:
        name = package.resource_package_id
        found.append(LedgerEvent(package.purchased_at, Kind.PURCHASE, name, package.quantity))
        found.append(LedgerEvent(package.expires_at, Kind.EXPIRY, name, 0))
    by_day: dict[date, list[LedgerEvent]] = defaultdict(list)
    for one in sorted(one for one in found if one.at < before):
        by_day[business_day(one.at, zone)].append(one)
    return dict(by_day)


def events_by_effective_time(
    events: Iterable[LedgerEvent], cuts: Collection[datetime], start: datetime
) -> tuple[dict[datetime, list[LedgerEvent]], list[LedgerEvent]]:
    """Return a day's events by the instant at which they apply, and the events that apply at the end of the day.

    An event applies at its own instant if that is one of the `cuts`, or `start`. Otherwise it applies at the end of the
    day, with all later events of the same package.

    Args:
        cuts: the instants that divide the day's uses.
        start: the day's 00:00, even if it is not among the cuts.
    """
    by_cut: dict[datetime, list[LedgerEvent]] = defaultdict(list)
    at_end: list[LedgerEvent] = []
    put_off: set[str] = set()
    for one in events:
        if one.resource_package_id in put_off or (one.at not in cuts and one.at != start):
            put_off.add(one.resource_package_id)
            at_end.append(one)
        else:
            by_cut[one.at].append(one)
    return by_cut, at_end
