"""The states of packages at the end of the as-of, and the forecast of each account.

These are the rows of `resource_packages` and `resource_package_forecast`. Each forecast combines three outlooks
(`outlook.py`): by the lowest, the middle and the highest factor.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.forecast import UNIT, Forecast
from pipelines.billing.packages.ledger import AccountLedger, PackageDay
from pipelines.billing.packages.outlook import FutureDay, Outlook, outlook
from pipelines.common.days import business_day, days_between
from pipelines.contract.registry.packages import Package

_SHORT_SPAN: Final = 28
_BOUGHT_FOR: Final = 365


class PackageState(NamedTuple):
    """A row of `resource_packages`."""

    resource_package_id: str
    account_id: str
    quantity: int
    purchased_at: datetime
    expires_at: datetime
    price: float | None
    used: int
    adjusted: int
    expired: int
    remaining: int
    state: str
    missing_days: int
    used_up_day: date | None
    unused_expected: int | None
    unused_least: int | None
    unused_most: int | None
    drift: int | None


class AccountForecast(NamedTuple):
    """A row of `resource_package_forecast`."""

    account_id: str
    remaining: int
    quantity: int
    uses_28d: int | None
    run_out_day: date | None
    run_out_earliest: date | None
    run_out_latest: date | None
    buy_by: date | None
    buy_quantity: int | None
    factor_low: float | None
    factor_mid: float
    factor_high: float | None
    coverage: float | None
    coverage_checks: int


@dataclass(frozen=True)
class AsOf:
    """The day for which states and forecasts are computed.

    Attributes:
        end: the instant at which the day ends.
        complete: the days with data up to the day.
        to_come: the simulated days after the day.
        zone: the business time zone.
        buy_lead_days: how many days before the packages run out the next one should be bought.
    """

    day: date
    end: datetime
    complete: Collection[date]
    to_come: Sequence[FutureDay]
    zone: str
    buy_lead_days: int


@dataclass
class _Totals:
    """The sums of the ledger rows of a package, and the package's balance."""

    used: int = 0
    adjusted: int = 0
    expired: int = 0
    remaining: int = 0

    def add(self, row: PackageDay) -> None:
        self.used += row.used
        self.adjusted += row.adjusted
        self.expired += row.expired
        self.remaining = row.remaining


@dataclass(frozen=True)
class _Outlooks:
    """The outlooks with the low, middle and high factor; None if the factor is not known or there is no forecast."""

    low: Outlook | None
    mid: Outlook | None
    high: Outlook | None


def account_states(account: Account, ledger: AccountLedger, at: AsOf) -> tuple[list[PackageState], AccountForecast]:
    """Return an account's rows of `resource_packages`, sorted by id, and its row of `resource_package_forecast`."""
    totals = {one: _Totals() for one in sorted(account.packages, key=lambda one: one.resource_package_id)}
    by_id = {one.resource_package_id: total for one, total in totals.items()}
    for row in ledger.days:
        by_id[row.resource_package_id].add(row)
    states = {one: _state(one, total.remaining, at) for one, total in totals.items()}
    uses = {day: sum(by_app.values()) for day, by_app in account.uses.items()}
    forecast = Forecast(uses, at.complete, at.day)
    remaining = {
        one: one.quantity if state == "future" else totals[one].remaining
        for one, state in states.items()
        if state != "expired"
    }
    found = _outlooks(forecast, remaining, at)
    read_at = _newest_readings(account, at)
    rows = [
        _package_row(
            one,
            totals[one],
            state,
            _missing_days(one, read_at.get(one.resource_package_id), at),
            found,
            ledger.drifts.get(one.resource_package_id),
        )
        for one, state in states.items()
    ]
    return rows, _account_row(account.account_id, rows, forecast, found, at)


def _package_row(
    package: Package, total: _Totals, state: str, missing_days: int, found: _Outlooks, drift: int | None
) -> PackageState:
    name = package.resource_package_id
    expected, least, most = (
        None if one is None or state == "expired" else one.lapsed.get(name)
        for one in (found.mid, found.high, found.low)
    )
    return PackageState(
        name, package.account_id, package.quantity, package.purchased_at, package.expires_at, package.price,
        total.used, total.adjusted, total.expired, total.remaining, state, missing_days,
        found.mid.used_up.get(name) if found.mid and state in ("active", "future") else None, expected, least, most,
        drift,
    )  # fmt: skip


def _state(package: Package, remaining: int, at: AsOf) -> str:
    """Return the state of a package at the end of the as-of: `future`, `active`, `used_up` or `expired`.

    A purchase or expiry at exactly that instant has no effect yet.
    """
    if package.expires_at < at.end:
        return "expired"
    if package.purchased_at >= at.end:
        return "future"
    return "active" if remaining else "used_up"


def _newest_readings(account: Account, at: AsOf) -> dict[str, datetime]:
    read = [(one.read_at, one.resource_package_id) for one in account.readings if one.read_at < at.end]
    return {name: read_at for read_at, name in sorted(read)}


def _missing_days(package: Package, read_at: datetime | None, at: AsOf) -> int:
    """Count the days without data from the last reading of the balance (`read_at`; None: from the purchase) to the
    expiry or the as-of, whichever is earlier.
    """
    if package.purchased_at >= at.end:
        return 0
    last = business_day(package.expires_at, at.zone) if package.expires_at < at.end else at.day
    return sum(
        day not in at.complete for day in days_between(business_day(read_at or package.purchased_at, at.zone), last)
    )


def _outlooks(forecast: Forecast, remaining: Mapping[Package, int], at: AsOf) -> _Outlooks:
    def by(factor: int | None) -> Outlook | None:
        week = None if factor is None else forecast.week(factor)
        return None if week is None else outlook(week, remaining, at.to_come, at.end)

    factors = forecast.factors
    return _Outlooks(by(factors.low), by(factors.mid), by(factors.high))


def _account_row(
    account_id: str, packages: list[PackageState], forecast: Forecast, found: _Outlooks, at: AsOf
) -> AccountForecast:
    active = [row for row in packages if row.state == "active"]
    factors, backtest = forecast.factors, forecast.backtest
    run_out = found.mid.run_out_day if found.mid else None
    earliest = found.high.run_out_day if found.high else None
    first = earliest or run_out
    return AccountForecast(
        account_id, sum(row.remaining for row in active), sum(row.quantity for row in active),
        _sum(forecast, factors.mid, at.day + timedelta(days=1), _SHORT_SPAN),
        run_out, earliest, found.low.run_out_day if found.low else None,
        first - timedelta(days=at.buy_lead_days) if first else None,
        _sum(forecast, factors.mid if factors.low is None else factors.low, run_out, _BOUGHT_FOR) if run_out else None,
        None if factors.low is None else factors.low / UNIT, factors.mid / UNIT,
        None if factors.high is None else factors.high / UNIT,
        backtest.coverage, backtest.checks,
    )  # fmt: skip


def _sum(forecast: Forecast, factor: int, first: date, days: int) -> int | None:
    """Return the forecast uses of `days` days from `first` on, times `factor` (in billionths); None without a base."""
    week = forecast.week(factor)
    return None if week is None else sum(week[(first + timedelta(days=ahead)).weekday()] for ahead in range(days))
