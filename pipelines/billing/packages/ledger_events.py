"""What happens to packages, and when: the instants that cut an account's time into segments."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import NamedTuple

from pipelines.billing.packages.account import Account
from pipelines.common.days import business_day


class Kind(IntEnum):
    """What happens at one instant happens in this order."""

    EXPIRY = 0
    PURCHASE = 1
    READING = 2


class LedgerEvent(NamedTuple):
    """Something that happens to a package; `value` is the quantity of a purchase, or what a reading says is left."""

    at: datetime
    kind: Kind
    resource_package_id: str
    value: int


def events_by_day(account: Account, before: datetime, zone: str) -> dict[date, list[LedgerEvent]]:
    """What happens to an account's packages before an instant, by business day, in its order."""
    found = [LedgerEvent(one.read_at, Kind.READING, one.resource_package_id, one.remaining) for one in account.readings]
    for package in account.packages:
        name = package.resource_package_id
        found.append(LedgerEvent(package.purchased_at, Kind.PURCHASE, name, package.quantity))
        found.append(LedgerEvent(package.expires_at, Kind.EXPIRY, name, 0))
    by_day: dict[date, list[LedgerEvent]] = defaultdict(list)
    for one in sorted(one for one in found if one.at < before):
        by_day[business_day(one.at, zone)].append(one)
    return dict(by_day)


def in_order_of_acting(
    events: Iterable[LedgerEvent], cuts: Collection[datetime], start: datetime
) -> tuple[dict[datetime, list[LedgerEvent]], list[LedgerEvent]]:
    """A day's events by the cut that they act at, and those that act at its end.

    The latter are those whose instant is no cut, and whatever happens to the same package behind them.

    Args:
        start: the day's 00:00, at which something may happen on any day.
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
