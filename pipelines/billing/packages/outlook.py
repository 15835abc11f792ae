"""THE OUTLOOK: when an account's packages run out, and what of them lapses, day by day, by one factor.

Each day to come draws its forecast on the packages that are valid at any time of it, as the ledger does; then those
that expire by its end lapse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pipelines.common.days import day_start
from pipelines.contract.registry.packages import Package

SIMULATED_DAYS: Final = 400


@dataclass(frozen=True)
class DayToCome:
    """A day of the simulation, and the instant at which it ends."""

    day: date
    end: datetime


def days_to_come(as_of: date, zone: str) -> list[DayToCome]:
    """The simulated days behind a day."""
    days = [as_of + timedelta(days=ahead + 1) for ahead in range(SIMULATED_DAYS)]
    return [DayToCome(day, day_start(day + timedelta(days=1), zone)) for day in days]


@dataclass
class Outlook:
    """What comes by one factor.

    Attributes:
        run_out_day: the first day with more uses than the packages have; None: there is none.
        lapsed: what is left of each package as it expires; those that expire later are not in it.
        used_up: the day on which a package is drawn to 0.
        left: what is left in all of the packages that are valid, as each of the days ends.
    """

    run_out_day: date | None = None
    lapsed: dict[str, int] = field(default_factory=dict)
    used_up: dict[str, date] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


def outlook(week: Sequence[int], remaining: Mapping[Package, int], days: Sequence[DayToCome], now: datetime) -> Outlook:
    """Simulates the days to come.

    Args:
        week: the uses of each weekday, Monday first.
        remaining: what is left of each package that has not expired; of one to come, its quantity.
        now: the instant at which `as_of` ends. What expires right then lapses before the first day.
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
    """Notes what lapses by an instant; gives the packages that are valid later. They lie in the order of expiry."""
    if not waiting or waiting[0].expires_at > end:
        return waiting
    for package in waiting:
        if package.expires_at <= end:
            found.lapsed[package.resource_package_id] = left[package]
    return [package for package in waiting if package.expires_at > end]
