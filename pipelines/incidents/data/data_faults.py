"""Detects missing and copied days, missing *parts* of a day's records, and days with more bad records than usual.

A part is the records of a day with one value of something, such as a source, file, hour, stage or field.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from pipelines.common.text import listed
from pipelines.incidents.data_metrics import DATA_METRICS, GONE
from pipelines.incidents.detection.baselines import BASELINE_DAYS, LEAST_BASELINE_DAYS, RECENT_DAYS, WEEK, Sums
from pipelines.incidents.detection.fall import SETTLED_DAYS, Fall
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.grids import Flags, Floats
from pipelines.incidents.detection.rate_measure import RateMeasure
from pipelines.incidents.detection.subjects import by_day
from pipelines.incidents.detection.volume_measure import LEAST_WEEKDAYS, VolumeMeasure
from pipelines.incidents.incident import Loss, Span
from pipelines.incidents.usual.volumes import usual_records

# Counts vary more than shares, so the deviation of a count needs to reach only this part of the threshold.
_OF_COUNT: Final = 0.65
# The odds of a part are its records divided by the other records of its whole. This share of the whole is added to the
# divisor, because a tiny divisor would make the odds huge.
_LEAST_REST: Final = 0.05
# Days with records in fewer hours than this can be equal by chance. Each source's hours count on their own.
_LEAST_HOURS: Final = 12
_PART: Final = ("whole", "part")


class Fault(NamedTuple):
    """A fault of the data, over one or more days.

    `cause` is the faulty part as `kind=value`, such as `source=gw2`; for copied days, it is the original days, such as
    `day=2026-11-20`. Causes without a part are `all` for a short day, `good` for a day with many bad records, and an
    empty text for a missing day.
    """

    metric: str
    cause: str
    span: Span
    loss: Loss


class CountMeasure(VolumeMeasure):
    """Records of a day, compared with the norm of its weekday."""

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return the deviation from the norm, divided by `_OF_COUNT` to be comparable with the threshold for shares."""
        return super().deviation(base, seen) / _OF_COUNT


class PartMeasure(RateMeasure):
    """Parts of a whole, by day. A part has fallen only if both its share of the whole and its count have fallen.

    Args:
        wholes: for each part, the records of its whole, by day (rows) and part (columns).
        parts: the records of each part, in the same shape.
        has_norm: the days on which a usual volume is expected.
    """

    def __init__(self, wholes: Floats, parts: Floats, has_norm: Flags) -> None:
        super().__init__(wholes, parts)
        self.has_data = self.has_data & has_norm
        self.counts = CountMeasure(parts, self.has_data)

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return the values of both measures: of the part's share (`RateMeasure`) and of its count."""
        return {**super().values(clean, rows), **self.counts.values(clean, rows)}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return the smaller of two relative falls: of the part's odds, compared with its odds in the baseline, and of
        its count, compared with the norm of the weekday.

        So neither a quiet day nor the growth of other parts is a fall.
        """
        return np.minimum(1 - _odds(seen) / _odds(base), self.counts.fall(base, seen))

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return the smaller of two deviations: of the part's share of its whole, and of its count from the norm."""
        return np.minimum(super().deviation(base, seen), self.counts.deviation(base, seen))


def _odds(sums: Sums) -> Floats:
    return np.asarray(sums("k") / (sums("n") * (1 + _LEAST_REST) - sums("k")))


def part_faults(counts: pl.DataFrame, days: Sequence[date], is_holiday: Flags) -> Iterator[Fault]:
    """Yield a fault for each part that fell, for each metric that has a `PartRule`. If other parts of the same kind
    gained the records of a part that `may_move`, the part did not fall.

    Args:
        counts: metric, whole, part, day, records. The part '' is the whole itself; the name of any other part becomes
            the cause of its fault.
        days: all days of `counts`, without a gap.
        is_holiday: whether each day is a holiday.
    """
    for metric, rule in ((one.name, one.rule) for one in DATA_METRICS.values() if one.rule):
        keys, (records,) = by_day(counts.filter(pl.col("metric") == metric).drop("metric"), _PART, days)
        whole_of = {whole: place for place, (whole, part) in enumerate(keys) if part == ""}
        named = [place for place, (_, part) in enumerate(keys) if part != ""]
        of = np.array([whole_of[keys[place][0]] for place in named], dtype=int)
        parts, wholes = records[:, named], records[:, of]
        if rule.is_share:
            for fall in falls(RateMeasure(wholes, parts), rule.least):
                loss = fall.loss_of_rate(wholes[:, fall.row], parts[:, fall.row])
                yield Fault(metric, keys[named[fall.row]][1], fall.span, loss)
            continue
        measure = PartMeasure(wholes, parts, ~is_holiday[:, None] | (not rule.by_weekday))
        norms = measure.counts.values(measure.has_data, slice(None))["norm"]
        kinds = np.array([keys[place][1].rpartition("=")[0] for place in named])
        for fall in falls(measure, rule.least):
            is_same_kind = (of == of[fall.row]) & (kinds == kinds[fall.row])
            if not rule.may_move or not _came_elsewhere(fall, parts, norms, is_same_kind):
                yield Fault(metric, keys[named[fall.row]][1], fall.span, fall.loss_of_volume(parts[:, fall.row]))


def _came_elsewhere(fall: Fall, parts: Floats, norms: Floats, is_same_kind: Flags) -> bool:
    """Return whether other parts took over the records of a fallen part, as after a change of names.

    On the day on which the fall was detected, they gained at least half of the records that the part lost. Only parts
    of the same whole and kind (`is_same_kind`) with far more records than usual count. `parts` and `norms` are actual
    and usual records, by day and part.
    """
    usual = norms[fall.opened]
    more = parts[fall.opened] - usual
    return bool(more[is_same_kind & (more > GONE * usual)].sum() >= -more[fall.row] / 2)


def missing_days(counted: Mapping[date, int], days: Sequence[date]) -> Iterator[Fault]:
    """Yield a fault for each run of days without records, after the first day with records.

    A fault ends with the last day of its run, and is open if no later day has records. Days on a weekday that usually
    has no records are left out, and do not end a run.

    Args:
        counted: counted records of each day with records.
        days: all days up to the as-of, without a gap.
    """
    first = min(counted)
    begun = [
        place
        for place, day in enumerate(days)
        if day > first and (day in counted or not _is_closed(day, first, counted))
    ]
    for is_missing, run in groupby(begun, lambda place: days[place] not in counted):
        if is_missing:
            places = list(run)
            usual = _usual_of_gap([days[place] for place in places], first, counted)
            yield _of_days("missing_day", "", places, usual, last_records=0, ended_on=_next(begun, places[-1]))


def _usual_of_gap(gap: Sequence[date], first: date, counted: Mapping[date, int]) -> Floats:
    """Return the usual number of records of each day of a gap; from the second week on, the number of the same weekday
    in the first week.

    Args:
        gap: days without records, in order.
        first: the first day with records.
    """
    week = [gap[0] + timedelta(days=later) for later in range(WEEK)]
    usual = [0 if _is_closed(day, first, counted) else usual_records(day, counted) or 0 for day in week]
    return np.array([usual[(day - gap[0]).days % WEEK] for day in gap], dtype=float)


def _is_closed(day: date, first: date, counted: Mapping[date, int]) -> bool:
    """Return whether the day is on a weekday that usually has no records, as in an office.

    Of the `BASELINE_DAYS` days before, more than half must have records, but none on the same weekday, and at least
    `LEAST_WEEKDAYS` must be on that weekday. Days before `first`, the first day with records, are left out.
    """
    before = [day - timedelta(days=back) for back in range(1, BASELINE_DAYS + 1)]
    known = [other in counted for other in before if other >= first]
    same = known[WEEK - 1 :: WEEK]
    return len(same) >= LEAST_WEEKDAYS and not any(same) and sum(known) > len(known) / 2


def hours_of(counts: pl.DataFrame, days: Sequence[date]) -> Floats:
    """Return the records of all sources by day (rows) and hour; `counts` as for `part_faults`."""
    hour = pl.col("part").str.extract(r"hour=(\d+)$")
    of_hours = counts.filter(pl.col("metric") == "hour_shift", pl.col("part") != "").group_by("day", hour)
    keys, (records,) = by_day(of_hours.agg(pl.col("records").sum()).rename({"part": "hour"}), ("hour",), days)
    hours = np.zeros((len(days), 24))
    hours[:, [int(hour) for (hour,) in keys]] = records
    return hours


def copied_days(counts: pl.DataFrame, days: Sequence[date]) -> Iterator[Fault]:
    """Yield a fault for each run of days that copy an earlier day; `counts` as for `part_faults`.

    A copy has the same number of records in each hour of each source as a day in the four weeks before. A run ends
    before the next day with other records, and after `SETTLED_DAYS` days at the latest.
    """
    of_hours = counts.filter(pl.col("metric") == "hour_shift", pl.col("part") != "").drop("metric")
    _, (hours,) = by_day(of_hours, _PART, days)
    has_records = hours.any(axis=1)
    original: dict[int, int] = {}
    for place in range(LEAST_BASELINE_DAYS, len(days)):
        first = max(place - BASELINE_DAYS, 0)
        same = (first + np.flatnonzero((hours[first:place] == hours[place]).all(axis=1))).tolist()
        alike = {original.get(day, day) for day in same}
        # A day that equals several original days is no copy: the feed sends the same every day, as probes do. Days with
        # a short history, or with records in few hours, can be equal by chance.
        is_known = has_records[max(place - RECENT_DAYS, 0) : place].sum() >= LEAST_BASELINE_DAYS
        if is_known and len(alike) == 1 and np.count_nonzero(hours[place]) >= _LEAST_HOURS:
            original[place] = alike.pop()
    there = np.flatnonzero(has_records).tolist()
    for is_copied, run in groupby(there, original.__contains__):
        if is_copied:
            lasting = list(run)
            settled = lasting[0] + SETTLED_DAYS
            places = [place for place in lasting if place < settled]
            of = listed(sorted({str(days[original[place]]) for place in places}))
            records = hours[places].sum(axis=1)
            ended_on = _next(there, lasting[-1])
            fault = _of_days("copied_day", f"day={of}", places, records, last_records=records[-1], ended_on=ended_on)
            is_settled = places != lasting or (ended_on is None and len(days) > settled)
            yield fault._replace(span=Span(places[0], settled - 1, "settled", settled)) if is_settled else fault


def _of_days(
    metric: str, cause: str, places: Sequence[int], lost: Floats, *, last_records: float, ended_on: int | None
) -> Fault:
    """Return a fault over the days with the indexes `places`. It is open if `ended_on`, the day that shows its end, is
    None, else recovered.

    Args:
        lost: records that each day of the fault lost.
        last_records: records of the last day of the fault.
    """
    is_open = ended_on is None
    span = Span(places[0], None if is_open else places[-1], "open" if is_open else "recovered", ended_on)
    newest = float(lost[-1])
    return Fault(metric, cause, span, Loss(newest, float(last_records), newest, float(lost.sum()), places[-1]))


def _next(places: Sequence[int], place: int) -> int | None:
    """Return the first index in the sorted `places` that is greater than `place`; None if there is none."""
    return next((later for later in places if later > place), None)
