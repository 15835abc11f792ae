"""A day's volume beside that of its weekday: what is usual, how the day stands, whether that is unusual."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import median

from pipelines.incidents.findings import Basis
from pipelines.incidents.norms import MIN_DAYS, WEEK, YOUNG_DAYS, history, norm

_SIGMAS = 3.5
_SPREAD_FLOOR = 0.08
# Without a norm of the weekday, less than double or half is no finding; of fewer records a median is chance.
_YOUNG_FACTOR = 2.0
_LEAST_RECORDS = 100
# A median of fewer days says nothing.
_LEAST_DAYS = 3


@dataclass(frozen=True)
class Volume:
    """A day's records beside the norm of its weekday; `ratio` is what came over what usually comes."""

    usual: float
    ratio: float
    is_unusual: bool
    basis: Basis


def volume(day: date, counted: Mapping[date, int], factor: float, on_time: float, any_weekday: bool) -> Volume | None:
    """How the day's volume stands; None where too few days came before.

    Args:
        counted: records by day, copies left out.
        factor: that many times the usual volume, or under one in that many, is unusual.
        on_time: the share of a usual day's records that is there when the day is closed.
        any_weekday: the day may be as any day of the week: a holiday, or a working Sunday.
    """
    usual = norm(day, {other: log(records) for other, records in history(day, counted).items() if records})
    if usual is None:
        return None
    there = log(counted[day]) if counted.get(day) else log(0.5)
    low, high = (usual.low, usual.high) if any_weekday else (usual.expected, usual.expected)
    change = min(there - low - log(on_time), 0.0) + max(there - high - log(on_time), 0.0)
    chance = sqrt(_SPREAD_FLOOR**2 + 1 / max(exp(usual.expected), 1.0))
    is_far = abs(change) > max(log(factor), _SIGMAS * max(usual.spread, chance))
    expected = exp(usual.expected) * on_time
    return Volume(expected, counted.get(day, 0) / expected, is_far, Basis(usual.days, usual.since))


def young_volume(
    day: date, counted: Mapping[date, int], factor: float, on_time: float, any_weekday: bool
) -> Volume | None:
    """How a day stands beside the median of the days before, which are too few for a norm; None where there is none.

    A weekend may be half a workday: the same weekday of the week before has to bear it out, by `factor`.
    """
    before = history(day, {other: records for other, records in counted.items() if records})
    if not YOUNG_DAYS <= len(before) < MIN_DAYS or any_weekday:
        return None
    usual, now = _usual_of_young(before) * on_time, counted.get(day, 0)
    like = before.get(day - timedelta(days=WEEK), usual / on_time) * on_time
    is_less = now < usual / _YOUNG_FACTOR and now < like / factor
    is_more = now > usual * _YOUNG_FACTOR and now > like * factor
    is_far = (is_less or is_more) and max(now, usual) >= _LEAST_RECORDS
    return Volume(usual, now / usual, is_far, Basis(len(before), min(before), has_norm=False))


def usual_records(day: date, counted: Mapping[date, int]) -> int | None:
    """Records of a usual day of that weekday; of a young folder the median of the days before, None under three."""
    before = history(day, counted)
    usual = norm(day, {other: log(records) for other, records in before.items() if records})
    if usual:
        return round(exp(usual.expected))
    return round(_usual_of_young(before)) if len(before) >= _LEAST_DAYS else None


def _usual_of_young(before: Mapping[date, int]) -> float:
    """The usual level where too few days came before for a norm: their median."""
    return median(before.values())
