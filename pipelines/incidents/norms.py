"""What is usual on a day of the week: the norm of a series of daily numbers, and how far a day is from it.

Lives here: the arithmetic alone, on logarithms, so that half and double are equally far. Does not belong here: which
series are looked at and what is said of them (`unusual_parts.py`, `unusual_hours.py`).

The norm is a median polish: the days before are laid out in weeks that end the day before; a day's logarithm is the
level of its week plus the effect of its weekday plus a rest. Medians throughout, so that neither a past day that was
wrong nor a holiday moves the norm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median
from typing import TypeVar

T = TypeVar("T")

WEEK = 7
WEEKS = 8
MIN_DAYS = 14
"""Days with data that a norm needs: two of each weekday."""
YOUNG_DAYS = 7
"""Days with data from which on the coarsest checks speak without a norm: one of each weekday."""

_ROUNDS = 4
_LEAST_STEPS = 3
# The variance of a median of noisy values, in that of a mean.
_OF_MEDIAN = 1.57
# A median of absolute rests, times this, is a standard deviation where the rests are normal.
_MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class Norm:
    """The norm of one day: logarithms. `low` and `high` are the least and the most of the weekdays it may be like."""

    expected: float
    low: float
    high: float
    spread: float
    days: int
    since: date


def history(day: date, values: Mapping[date, T]) -> dict[date, T]:
    """Of the values, those of the eight weeks before `day`."""
    return {
        other: values[other] for back in range(1, WEEKS * WEEK + 1) if (other := day - timedelta(days=back)) in values
    }


def norm(day: date, before: Mapping[date, float], like: int | None = None) -> Norm | None:
    """What `day` should have by the logarithms of the days before; None where they are too few.

    Args:
        before: as `history` gives it.
        like: the days back to the weekday whose habits the day may have beside its own, 1 to 7; None: any weekday's.
    """
    if len(before) < MIN_DAYS:
        return None
    place = {other: divmod((day - other).days - 1, WEEK) for other in before}
    levels, effects = _polish({place[other]: value for other, value in before.items()})
    rests = [value - levels[place[other][0]] - effects[place[other][1]] for other, value in before.items()]
    freedom = max(len(before) - len(levels) - len(effects) + 1, 1)
    spread = _MAD_TO_SD * median(abs(rest) for rest in rests) * sqrt(len(before) / freedom)
    effects = _shrunk(effects, spread, len(levels))
    # Of few rests, the spread is known but roughly.
    spread *= 1 + 3 / freedom
    # The level and the effect are themselves medians of so many noisy days.
    of_weekday = sum(weekday == WEEK - 1 for _, weekday in place.values())
    spread *= sqrt(1 + _OF_MEDIAN * (1 / max(of_weekday, 1) + 1 / WEEK))
    # The effect of a weekday has in it where in its week it lies: to the next week it is one week's growth.
    level = levels[min(levels)] + _growth(levels)
    # The same weekday as `day` lies a whole week back: the last of the places 0 to 6.
    own = effects.get(WEEK - 1, 0.0)
    may_be = effects.values() if like is None else (own, effects.get(like - 1, own))
    return Norm(level + own, level + min(may_be), level + max(may_be), spread, len(before), min(before))


def _shrunk(effects: Mapping[int, float], spread: float, weeks: int) -> dict[int, float]:
    """The effects as far as they are more than noise: where all weekdays are alike, their medians still differ."""
    noise = _OF_MEDIAN * spread**2 / weeks
    squares = sum(effect**2 for effect in effects.values())
    kept = max(0.0, 1 - (WEEK - 2) * noise / squares) if squares else 1.0
    return {weekday: kept * effect for weekday, effect in effects.items()}


def by_weekday(day: date, before: Mapping[date, float]) -> dict[int, float]:
    """What each weekday would have in the week of `day`, by the days back to it, 1 to 7; empty after too few days."""
    if len(before) < MIN_DAYS:
        return {}
    levels, effects = _polish({divmod((day - other).days - 1, WEEK): value for other, value in before.items()})
    return {place + 1: levels[min(levels)] + effect for place, effect in effects.items()}


def _growth(levels: Mapping[int, float]) -> float:
    """What a week usually adds to the level; with few weeks that cannot be known from noise, and is none."""
    steps = [levels[week] - levels[week + 1] for week in levels if week + 1 in levels]
    return median(steps) if len(steps) >= _LEAST_STEPS else 0.0


def _polish(table: Mapping[tuple[int, int], float]) -> tuple[dict[int, float], dict[int, float]]:
    """Levels by week and effects by weekday of a table with gaps, by median polish."""
    by_week: dict[int, list[int]] = {}
    by_weekday: dict[int, list[int]] = {}
    for week, weekday in table:
        by_week.setdefault(week, []).append(weekday)
        by_weekday.setdefault(weekday, []).append(week)
    effects = dict.fromkeys(by_weekday, 0.0)
    levels = dict.fromkeys(by_week, 0.0)
    for _ in range(_ROUNDS):
        for week, weekdays in by_week.items():
            levels[week] = median(table[week, weekday] - effects[weekday] for weekday in weekdays)
        for weekday, weeks in by_weekday.items():
            effects[weekday] = median(table[week, weekday] - levels[week] for week in weeks)
    return levels, effects
