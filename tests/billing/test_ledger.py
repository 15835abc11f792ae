"""Tests the ledger beyond the golden cases: deleted events, and uses between cuts whose sum is not the uses of the
day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.ledger import AppUses, PackageDay, account_ledger
from pipelines.common.days import BUSINESS_ZONE, day_start
from pipelines.common.errors import BooksError
from pipelines.contract.registry.packages import Package, PackageReading

DAY, NEXT = date(2026, 3, 10), date(2026, 3, 11)
LAST = datetime.fromisoformat("2026-04-01T00:00:00+08:00")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-10T{clock}:00+08:00")


def package(name: str, quantity: int, purchased_at: datetime, expires_at: datetime = LAST) -> Package:
    return Package(name, "acme", quantity, purchased_at, expires_at)


def account(
    packages: list[Package], segments: Mapping[str, Mapping[str, int]], readings: tuple[PackageReading, ...] = ()
) -> Account:
    """Return an account with the uses of `DAY`.

    `segments` has the uses after each cut: time of the cut, then app, then uses.
    """
    uses: dict[str, int] = {}
    for segment in segments.values():
        for app_key, count in segment.items():
            uses[app_key] = uses.get(app_key, 0) + count
    return Account(
        "acme", tuple(packages), readings, {DAY: uses}, {DAY: {at(clock): by for clock, by in segments.items()}}
    )


def row(found: list[PackageDay], name: str, day: date = DAY) -> list[int]:
    """Return opening, granted, used, adjusted, expired and remaining of a package's day."""
    (one,) = [one for one in found if (one.day, one.resource_package_id) == (day, name)]
    return [one.opening, one.granted, one.used, one.adjusted, one.expired, one.remaining]


def test_an_instant_that_came_when_the_events_were_gone_acts_at_the_end_of_its_day() -> None:
    bought = package("p", 10, at("12:00"))
    found = account_ledger(account([bought], {"00:00": {"shop": 4}}), NEXT, BUSINESS_ZONE)
    assert row(found.days, "p") == [0, 10, 0, 0, 0, 10]
    assert found.usage == [AppUses(DAY, "acme", "shop", None, 4)]


def test_a_day_keeps_the_cuts_that_it_was_last_given() -> None:
    known, added = package("p", 3, at("12:00")), package("q", 10, at("08:00"))
    found = account_ledger(
        account([known, added], {"00:00": {"shop": 4}, "12:00": {"shop": 5}}), NEXT, BUSINESS_ZONE
    )  # fmt: skip
    assert row(found.days, "p") == [0, 3, 3, 0, 0, 0]
    assert row(found.days, "q") == [0, 10, 0, 0, 0, 10]
    assert [(one.resource_package_id, one.uses) for one in found.usage] == [(None, 6), ("p", 3)]


def test_a_cut_that_nothing_was_used_after_is_known_all_the_same() -> None:
    """The purchase at noon applies before the uses at 15:00, although there were no uses in between."""
    noon, three = package("p", 3, at("12:00")), package("q", 10, at("15:00"))
    found = account_ledger(
        account([noon, three], {"00:00": {}, "12:00": {}, "15:00": {"shop": 5}}), NEXT, BUSINESS_ZONE
    )  # fmt: skip
    assert row(found.days, "p") == [0, 3, 3, 0, 0, 0]
    assert row(found.days, "q") == [0, 10, 2, 0, 0, 8]


@pytest.mark.parametrize("cut", ["08:00", "12:00", "18:00"])
def test_what_happens_to_one_package_keeps_its_order_where_a_part_of_it_acts_at_the_end(cut: str) -> None:
    """Purchase, reading and expiry are on one day, which was cut at only one of them. Still 7 uses expire and none is
    left.
    """
    bought = package("p", 10, at("08:00"), at("18:00"))
    read = PackageReading("p", at("12:00"), 7)
    found = account_ledger(account([bought], {"00:00": {"shop": 1}, cut: {"shop": 2}}, (read,)), NEXT, BUSINESS_ZONE)
    used = 2 if cut == "08:00" else 0
    assert row(found.days, "p") == [0, 10, used, used - 3, 7, 0]


def test_what_happens_at_midnight_needs_no_cut() -> None:
    bought = package("p", 10, day_start(DAY, BUSINESS_ZONE))
    found = account_ledger(Account("acme", (bought,), (), {DAY: {"shop": 4}}), DAY, BUSINESS_ZONE)
    assert row(found.days, "p") == [0, 10, 4, 0, 0, 6]


def test_segments_that_are_not_the_day_are_refused() -> None:
    bought = package("p", 10, at("12:00"))
    cut = {DAY: {at("00:00"): {"shop": 1}, at("12:00"): {"game": 1}}}
    with pytest.raises(BooksError, match="uses of account acme on 2026-03-10 are 2, and 2 between"):
        account_ledger(Account("acme", (bought,), (), {DAY: {"shop": 2}}, cut), DAY, BUSINESS_ZONE)


def test_a_late_record_counts_at_its_time_also_when_the_package_has_expired_since() -> None:
    bought = package("p", 10, day_start(date(2026, 3, 9), BUSINESS_ZONE), day_start(NEXT, BUSINESS_ZONE))
    for late in (0, 2):
        found = account_ledger(Account("acme", (bought,), (), {DAY: {"shop": 4 + late}}), NEXT, BUSINESS_ZONE)
        assert row(found.days, "p", NEXT) == [6 - late, 0, 0, 0, 6 - late, 0]


def test_an_account_without_uses_has_its_packages() -> None:
    found = account_ledger(Account("acme", (package("p", 10, at("12:00")),)), NEXT, BUSINESS_ZONE)
    assert (len(found.days), found.usage) == (2, [])


def test_a_package_that_is_not_bought_yet_has_no_rows() -> None:
    to_come = package("p", 10, day_start(NEXT, BUSINESS_ZONE))
    found = account_ledger(Account("acme", (to_come,), (), {DAY: {"shop": 4}}), DAY, BUSINESS_ZONE)
    assert (found.days, found.usage) == ([], [AppUses(DAY, "acme", "shop", None, 4)])
