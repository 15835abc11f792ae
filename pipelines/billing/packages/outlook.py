"""THE OUTLOOK: the day on which an account's packages run out, and the uses that lapse, simulated day by day with one
factor of the forecast (`forecast.py`).

The forecast uses of a future day are drawn, as in the ledger, from the packages that are valid at any time of the day.
Then the packages that expire by the end of the day lapse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pipelines.common.days import day_start
from pipelines.contract.registry.packages import Package

SIMULATED_DAYS: Final = 400


@dataclass(frozen=True)
class FutureDay:
    """A day of the simulation, and the instant at which it ends."""

    day: date
    end: datetime


def future_days(as_of: date, zone: str) -> list[FutureDay]:
    """Return the `SIMULATED_DAYS` days after the as-of; `zone` is the business time zone."""
    days = [as_of + timedelta(days=ahead + 1) for ahead in range(SIMULATED_DAYS)]
    return [FutureDay(day, day_start(day + timedelta(days=1), zone)) for day in days]


@dataclass
class Outlook:
    """The result of the simulation with one factor.

    Attributes:
        run_out_day: the first day whose uses exceed the balances of the packages; None if there is no such day.
        lapsed: the uses left at expiry, by package; only packages that expire within the simulated days.
        used_up: the day on which a package's balance reaches 0, by package.
        left: the total balance of the valid packages at the end of each simulated day.
    """

    run_out_day: date | None = None
    lapsed: dict[str, int] = field(default_factory=dict)
    used_up: dict[str, date] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


def outlook(week: Sequence[int], remaining: Mapping[Package, int], days: Sequence[FutureDay], now: datetime) -> Outlook:
    """Draw the forecast uses of future days from the packages. Return when the packages run out and what lapses.

    Args:
        week: the forecast uses of each weekday, Monday first.
        remaining: the balance of each package that has not expired; for a package that is not bought yet, its
            quantity.
        now: the instant at which the as-of ends. Packages that expire at that instant lapse before the first day.
    """
    found = Outlook()
    waiting = sorted(remaining, key=lambda one: one.draw_order)
    left = dict(remaining)
    waiting = _lapse(found, waiting, left, now)
    for day in days:
        due = week[day.day.weekday()]
        for package in waiting:
            if not due:
                break
            if package.purchased_at < day.end and left[package]:
                draw = min(due, left[package])
                due -= draw
                left[package] -= draw
                if not left[package]:
                    found.used_up[package.resource_package_id] = day.day
        if due and found.run_out_day is None:
            found.run_out_day = day.day
        waiting = _lapse(found, waiting, left, day.end)
        found.left.append(sum(left[package] for package in waiting if package.purchased_at < day.end))
    return found


def _lapse(found: Outlook, waiting: list[Package], left: Mapping[Package, int], end: datetime) -> list[Package]:
    """Store in `found` the uses that lapse by the instant `end`, and return the packages that expire later.

    `waiting` are the packages that have not lapsed, sorted by expiry. `left` has their balances.
    """
    if not waiting or waiting[0].expires_at > end:
        return waiting
    for package in waiting:
        if package.expires_at <= end:
            found.lapsed[package.resource_package_id] = left[package]
    return [package for package in waiting if package.expires_at > end]
