"""The tables of resource packages over all accounts, and the check that the rows of the ledger add up.

The ledger of one account is in `ledger.py`, the states of its packages in `states.py`.
"""

from collections.abc import Iterable

import polars as pl

from pipelines.billing.frames import frame
from pipelines.billing.packages.account import Account
from pipelines.billing.packages.ledger import AppUses, PackageDay, account_ledger
from pipelines.billing.packages.states import AccountForecast, AsOf, PackageState, account_states
from pipelines.common.errors import BooksError


def package_tables(accounts: Iterable[Account], at: AsOf) -> dict[str, pl.DataFrame]:
    """Return the tables of resource packages as of a day, by name, each sorted by its key.

    Raises:
        BooksError: the rows of a ledger do not add up.
    """
    days: list[pl.DataFrame] = []
    usage: list[pl.DataFrame] = []
    states: list[PackageState] = []
    forecasts: list[AccountForecast] = []
    for account in accounts:
        ledger = account_ledger(account, at.day, at.zone)
        _require_sums(account, ledger.days, ledger.usage)
        of_packages, forecast = account_states(account, ledger, at)
        days.append(frame("resource_package_daily", ledger.days))
        usage.append(frame("resource_package_usage", ledger.usage))
        states += of_packages
        forecasts.append(forecast)
    empty = no_packages()
    daily = pl.concat([empty["resource_package_daily"], *days])
    by_app = pl.concat([empty["resource_package_usage"], *usage])
    return {
        "resource_package_daily": daily.sort("day", "resource_package_id"),
        "resource_package_usage": by_app.sort(AppUses._fields[:4]),
        "resource_packages": frame("resource_packages", states).sort("resource_package_id"),
        "resource_package_forecast": frame("resource_package_forecast", forecasts).sort("account_id"),
    }


def no_packages() -> dict[str, pl.DataFrame]:
    """Return the tables of resource packages without rows, by name."""
    names = ("resource_package_daily", "resource_package_usage", "resource_packages", "resource_package_forecast")
    return {name: frame(name) for name in names}


def _require_sums(account: Account, days: Iterable[PackageDay], usage: Iterable[AppUses]) -> None:
    """Check the sums in the ledger of an account.

    In each row of a package, the counts must add up to the balance, and the package's next row must open with that
    balance. On each day, the uses drawn by apps must add up to the uses of each package, and to the uses of the
    account.

    Raises:
        BooksError: a sum is wrong.
    """
    left: dict[str, int] = {}
    drawn: dict[tuple[object, str | None], int] = {}
    by_day: dict[object, int] = {}
    for use in usage:
        drawn[use.day, use.resource_package_id] = drawn.get((use.day, use.resource_package_id), 0) + use.uses
        by_day[use.day] = by_day.get(use.day, 0) + use.uses
    for row in days:
        name = row.resource_package_id
        sums = row.opening + row.granted - row.used + row.adjusted - row.expired == row.remaining
        follows = row.opening == left.get(name, 0) and row.used == drawn.pop((row.day, name), 0)
        if not (sums and follows and row.remaining >= 0):
            raise ledger_error(f"The ledger of resource package {name} has a wrong sum on {row.day}.")
        left[name] = row.remaining
    of_none = [name for _, name in drawn if name is not None]
    used = {day: total for day, by_app in account.uses.items() if (total := sum(by_app.values()))}
    if of_none or by_day != used:
        raise ledger_error(f"The uses drawn by the apps of account {account.account_id} differ from their uses.")


def ledger_error(what: str) -> BooksError:
    """Return the error for a ledger whose rows do not add up; `what` is the first sentence of its text."""
    return BooksError(
        what,
        where="resource_package_daily, resource_package_usage",
        why="A ledger with wrong sums cannot show what remains; the last good report stays published.",
    )
