"""Tests the input of the ledger: each account has only its own cuts, and the uses between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from pipelines.billing.packages.inputs import NO_ACCOUNT, accounts_of
from pipelines.contract.registry.packages import Package, PackageReading, Packages

DAY = date(2026, 3, 10)
ZONE = "Asia/Shanghai"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-10T{clock}:00+08:00").astimezone(UTC)


def package(name: str, account_id: str, purchased_at: datetime) -> Package:
    return Package(name, account_id, 10, purchased_at, datetime.fromisoformat("2026-04-01T00:00:00+08:00"))


def test_a_day_is_cut_at_the_instants_of_all_packages_and_at_its_midnight() -> None:
    bought = Packages(
        [package("p", "acme", at("12:00")), package("q", "beta", at("00:00"))],
        [PackageReading("q", at("09:00"), 3), PackageReading("p", at("12:00"), 3)], ZONE,
    )  # fmt: skip
    assert bought.cuts == {DAY: [at("00:00"), at("09:00"), at("12:00")]}


def test_the_end_of_the_calendar_is_no_cut() -> None:
    endless = datetime(9999, 12, 31, 20, tzinfo=UTC)
    bought = Packages([Package("p", "acme", 10, at("00:00"), endless)], [], ZONE)
    assert bought.cuts == {}


def test_an_account_is_cut_at_its_own_instants_alone() -> None:
    bought = Packages([package("p", "acme", at("12:00")), package("q", "beta", at("09:00"))], [], ZONE)
    cuts = [(DAY, at(clock), NO_ACCOUNT, "", 0) for clock in ("00:00", "09:00", "12:00")]
    segments = [
        (DAY, at("00:00"), "acme", "shop", 1), (DAY, at("09:00"), "acme", "shop", 2),
        (DAY, at("09:00"), "beta", "game", 4), (DAY, at("12:00"), "acme", "news", 8),
    ]  # fmt: skip
    uses = [(DAY, "acme", "news", 8), (DAY, "acme", "shop", 3), (DAY, "beta", "game", 4), (DAY, "other", "x", 1)]
    acme, beta = accounts_of(bought, uses, [*cuts, *segments])
    assert acme.uses == {DAY: {"news": 8, "shop": 3}}
    assert acme.segments == {DAY: {at("00:00"): {"shop": 3}, at("12:00"): {"news": 8}}}
    assert beta.segments == {DAY: {at("00:00"): {}, at("09:00"): {"game": 4}}}


class Walked(list[Package]):
    """A list of packages that counts how often it is iterated."""

    walks = 0

    def __iter__(self) -> Iterator[Package]:
        self.walks += 1
        return super().__iter__()


@pytest.mark.parametrize("accounts", [1, 40])
def test_packages_are_gone_through_once_however_many_accounts_there_are(accounts: int) -> None:
    packages = Walked(package(f"p{number:02}", f"a{accounts - number:02}", at("12:00")) for number in range(accounts))
    readings = [PackageReading(one.resource_package_id, at("13:00"), 3) for one in packages]
    packages.walks = 0
    found = accounts_of(Packages(packages, readings, ZONE), [], [])
    assert packages.walks == 1
    assert [one.account_id for one in found] == sorted(one.account_id for one in found)
    assert all(
        [one.resource_package_id for one in each.readings] == [each.packages[0].resource_package_id] for each in found
    )


def test_an_instant_that_the_stored_day_was_not_cut_at_is_none() -> None:
    bought = Packages([package("p", "acme", at("12:00")), package("q", "acme", at("15:00"))], [], ZONE)
    cuts = [(DAY, at(clock), NO_ACCOUNT, "", 0) for clock in ("00:00", "12:00")]
    (acme,) = accounts_of(bought, [(DAY, "acme", "shop", 3)], [*cuts, (DAY, at("12:00"), "acme", "shop", 3)])
    assert acme.segments == {DAY: {at("00:00"): {}, at("12:00"): {"shop": 3}}}
    (uncut,) = accounts_of(bought, [(DAY, "acme", "shop", 3)], [])
    assert uncut.segments == {}
