"""Simulates how an account uses its packages after `as_of`, for `resource_package_forecast`, by section 10 of the
contract.
"""

# Where the contract is silent, this count decides:
# - A package that expires at the end of `as_of` is active, and its rest lapses, because no later day can use it.
# - Figures that need a base or a factor are NULL without it. A factor needs at least 8 ratios.
# - `buy_quantity` is NULL without a run-out day.

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from lab.oracle.bills.forecast import Outlook, Series
from lab.oracle.bills.ledger import Ledger, Package, draw
from lab.oracle.bills.times import ONE_DAY, start_ms
from lab.oracle.bills.world import World

DAYS = 400
SOMEBODY = "*"


class Course(NamedTuple):
    """The result of a simulation with one factor.

    Attributes:
        run_out_day: the first day with overflow; None if there is none.
        lapsed: units that lapse, by package.
        used_up: the day on which a package is used up, by package.
    """

    run_out_day: date | None
    lapsed: dict[str, int]
    used_up: dict[str, date]


def course(world: World, packages: list[Package], left: dict[str, int], wanted: dict[date, int]) -> Course:
    """Simulate days on which the expected uses `wanted` are deducted from an account's packages.

    `left` has the units of each package that is valid on the first day or later.
    """
    left = dict(left)
    run_out_day, lapsed, used_up = None, dict[str, int](), dict[str, date]()
    for day in sorted(wanted):
        begin, end = start_ms(day, world.zone), start_ms(day + ONE_DAY, world.zone)
        valid = [one for one in packages if one.bought_ms < end and one.expires_ms > begin]
        had = dict(left)
        drawn: Counter[tuple[str, str | None]] = draw(left, valid, {SOMEBODY: wanted[day]})
        if drawn[SOMEBODY, None] and run_out_day is None:
            run_out_day = day
        used_up |= {one.name: day for one in valid if had[one.name] and not left[one.name]}
        for one in packages:
            if one.expires_ms <= end and one.name in left and one.name not in lapsed:
                lapsed[one.name], left[one.name] = left[one.name], 0
    return Course(run_out_day, lapsed, used_up)


def outlook(world: World, book: Ledger, packages: list[Package], account: str) -> Outlook:
    """Return the forecast of an account that has a package."""
    own = [package for package in packages if package.account_id == account]
    end = start_ms(world.as_of + ONE_DAY, world.zone)
    left = {one.name: book.left.get(one.name, one.quantity) for one in own if one.expires_ms >= end}
    active = [one for one in own if one.bought_ms < end <= one.expires_ms and left[one.name]]
    uses = Counter(one.day for one in world.verified if one.is_use and one.account_id == account)
    series = Series(uses, world.complete)
    low, mid, high = series.factors(world.as_of)
    days = [world.as_of + number * ONE_DAY for number in range(1, DAYS + 1)]
    has_base = series.base(world.as_of, world.as_of) is not None

    def by(factor: Fraction | None) -> Course:
        if factor is None or not has_base:
            return Course(None, {}, {})
        wanted = {day: series.forecast(day, world.as_of, factor) for day in days}
        return course(world, [one for one in own if one.name in left], left, wanted)

    by_low, by_mid, by_high = by(low), by(mid), by(high)
    first = by_high.run_out_day or by_mid.run_out_day
    lead = timedelta(days=world.settings.buy_lead_days)
    coverage, checks = series.coverage(world.as_of)
    row: dict[str, object] = {
        "account_id": account,
        "remaining": sum(left[one.name] for one in active),
        "quantity": sum(one.quantity for one in active),
        "uses_28d": sum(series.forecast(day, world.as_of, mid) for day in days[:28]) if has_base else None,
        "run_out_day": by_mid.run_out_day,
        "run_out_earliest": by_high.run_out_day,
        "run_out_latest": by_low.run_out_day,
        "buy_by": first - lead if first else None,
        "buy_quantity": _a_year(series, world.as_of, by_mid.run_out_day, mid if low is None else low),
        "factor_low": number(low),
        "factor_mid": number(mid),
        "factor_high": number(high),
        "coverage": number(coverage),
        "coverage_checks": checks,
    }
    unused = {"low": by_low.lapsed, "mid": by_mid.lapsed, "high": by_high.lapsed}
    return Outlook(row, unused, by_mid.used_up)


def _a_year(series: Series, as_of: date, first: date | None, factor: Fraction) -> int | None:
    if first is None:
        return None
    return sum(series.forecast(first + after * ONE_DAY, as_of, factor) for after in range(365))


def number(ratio: Fraction | None) -> float | None:
    """Return a ratio as a float, the type in the tables."""
    return None if ratio is None else float(ratio)
