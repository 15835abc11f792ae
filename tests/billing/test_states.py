"""Tests the forecast of packages: a greater factor gives an earlier run-out day and fewer lapsing units."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.ledger import account_ledger
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.states import AccountForecast, AsOf, PackageState, account_states
from pipelines.common.days import BUSINESS_ZONE, day_start, days_between
from pipelines.contract.registry.packages import Package

AS_OF = date(2026, 3, 29)
TO_COME = future_days(AS_OF, BUSINESS_ZONE)


def package(name: str, quantity: int, first: date, last: date) -> Package:
    """Return a package that is valid from a first to a last day, both included."""
    start, end = day_start(first, BUSINESS_ZONE), day_start(last + timedelta(days=1), BUSINESS_ZONE)
    return Package(name, "acme", quantity, start, end)


def states(
    packages: list[Package], uses: dict[date, int], first: date, missing: frozenset[date] = frozenset()
) -> tuple[dict[str, PackageState], AccountForecast]:
    """Return the state of each package by id, and the forecast of the account.

    `uses` has the uses by day. The log began on `first`, and the days in `missing` have no data.
    """
    account = Account("acme", tuple(packages), (), {day: {"shop": count} for day, count in uses.items()})
    complete = set(days_between(first, AS_OF)) - missing
    at = AsOf(AS_OF, day_start(AS_OF + timedelta(days=1), BUSINESS_ZONE), complete, TO_COME, BUSINESS_ZONE, 7)
    rows, forecast = account_states(account, account_ledger(account, AS_OF, BUSINESS_ZONE), at)
    return {row.resource_package_id: row for row in rows}, forecast


def test_without_a_week_of_data_there_is_no_forecast() -> None:
    first = AS_OF - timedelta(days=5)
    found, forecast = states([package("p", 10, first, AS_OF)], {first: 3}, first)
    assert (found["p"].remaining, found["p"].unused_expected, found["p"].used_up_day) == (7, None, None)
    assert forecast == AccountForecast("acme", 7, 10, None, None, None, None, None, None, None, 1, None, None, 0)


def test_without_an_active_package_the_first_day_with_uses_is_over() -> None:
    first = AS_OF - timedelta(days=27)
    uses = {day: 4 for day in days_between(first, AS_OF) if day.weekday() == 2}
    found, forecast = states([package("p", 2, first, AS_OF + timedelta(days=99))], uses, first)
    assert (found["p"].state, found["p"].unused_expected, found["p"].used_up_day) == ("used_up", 0, None)
    assert (forecast.remaining, forecast.quantity) == (0, 0)
    assert (forecast.run_out_day, forecast.buy_by) == (date(2026, 4, 1), date(2026, 3, 25))


def test_nothing_used_runs_never_out() -> None:
    first = AS_OF - timedelta(days=27)
    found, forecast = states([package("p", 5, first, AS_OF + timedelta(days=9))], {}, first)
    assert (found["p"].unused_expected, forecast.uses_28d) == (5, 0)
    assert (forecast.run_out_day, forecast.buy_by, forecast.buy_quantity) == (None, None, None)


DAYS = st.integers(-60, 420).map(lambda ahead: AS_OF + timedelta(days=ahead))


@given(
    st.lists(st.tuples(st.integers(1, 4000), DAYS, st.integers(1, 300)), min_size=1, max_size=4),
    st.lists(st.integers(0, 9), min_size=14, max_size=14),
    st.frozensets(st.integers(0, 99), max_size=20),
)
def test_more_uses_run_out_earlier_and_leave_less(
    bought: list[tuple[int, date, int]], pattern: list[int], gone: frozenset[int]
) -> None:
    first = AS_OF - timedelta(days=179)
    missing = frozenset(AS_OF - timedelta(days=back) for back in gone)
    days = [day for day in days_between(first, AS_OF) if day not in missing]
    uses = {day: count for day in days if (count := pattern[day.toordinal() % 14] + day.month % 3)}
    packages = [
        package(f"p{number}", quantity, day, day + timedelta(days=length))
        for number, (quantity, day, length) in enumerate(bought)
    ]
    found, forecast = states(packages, uses, first, missing)
    assert forecast.factor_low is not None
    assert forecast.factor_high is not None
    assert forecast.factor_low <= forecast.factor_mid <= forecast.factor_high
    assert forecast.coverage_checks <= 26
    never = date.max
    assert (forecast.run_out_earliest or never) <= (forecast.run_out_day or never) <= (forecast.run_out_latest or never)
    for row in found.values():
        # If packages follow each other, more uses do not always leave less of each: only a single package is compared.
        if len(found) == 1 and row.unused_expected is not None:
            assert row.unused_least is not None
            assert row.unused_most is not None
            assert row.unused_least <= row.unused_expected <= row.unused_most <= row.quantity
        assert row.state != "expired" or (row.unused_expected, row.unused_least, row.unused_most) == (None, None, None)
        assert row.state == "active" or row.state == "future" or row.used_up_day is None
