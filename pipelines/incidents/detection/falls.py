"""Finds the subjects that fell under their baseline, and the first and the last day of each fall.

A *subject* has a level on each day, such as the rate of an app and channel, or its volume. This module defines when a
fall opens and which baseline it keeps until it ends.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from statistics import NormalDist
from typing import Final

import numpy as np

from pipelines.incidents.detection.baselines import Baselines, LevelMeasure, Sums
from pipelines.incidents.detection.fall import WINDOW_DAYS, Fall
from pipelines.incidents.detection.grids import Flags, Floats, Places

WINDOWS: Final = (WINDOW_DAYS, 1)
# Contract: with `FAR_SUBJECTS` subjects, a normal deviation above `FAR` is no chance. Falls smaller than `LEAST_FALL`,
# and losses smaller than `LEAST_LOST`, are not reported.
FAR: Final = 4.0
FAR_SUBJECTS: Final = 100
LEAST_FALL: Final = 0.02
LEAST_LOST: Final = 8.0
# Levels (of a day and subject) per pass, and per comparison. Larger passes need more memory, smaller ones more calls.
_IN_A_PASS: Final = 2**18
_AT_ONCE: Final = 2**15


def alarm_threshold(subjects: int) -> float:
    """Return the smallest deviation that is reported. It is `FAR` for up to a hundred subjects. Above, it grows with
    their number, so that chance causes no more false alarms than among a hundred.
    """
    tail = 1 - NormalDist().cdf(FAR)
    return NormalDist().inv_cdf(1 - tail * min(1.0, FAR_SUBJECTS / max(subjects, 1)))


def falls(
    measure: LevelMeasure, least_fall: float = LEAST_FALL, windows: tuple[int, ...] = WINDOWS, is_slow: bool = False
) -> list[Fall]:
    """Return all falls, sorted by the subject's index (`Fall.row`) and first day.

    Args:
        least_fall: the smallest fall that is reported, in the unit of `measure.fall`.
        windows: lengths of the windows of days that are compared with the baseline.
        is_slow: whether a fall begins on the last day of its window, instead of on the day that `_Watch.open` finds.
    """
    days, subjects = measure.has_data.shape
    far, width = alarm_threshold(subjects), max(1, _IN_A_PASS // max(days, 1))

    def of_range(start: int) -> list[Fall]:
        some = _MeasureSlice(measure, start, min(start + width, subjects))
        watch = _Watch(some, least_fall, windows, far, is_slow)
        return [replace(fall, row=start + fall.row) for fall in _falls_of(watch)]

    # NumPy computes outside of Python's lock, so threads use all cores.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [*chain.from_iterable(pool.map(of_range, range(0, subjects, width)))]


def _falls_of(watch: "_Watch") -> list[Fall]:
    rows, found = np.arange(watch.measure.has_data.shape[1]), []
    since = np.zeros_like(rows)
    # Subjects without a norm yet are nan, which compares as no fall.
    with np.errstate(divide="ignore", invalid="ignore"):
        while len(rows):
            opened = [watch.open(row, *window) for row, window in watch.first_fallen(rows, since).items()]
            for fall in opened:
                watch.follow(fall)
            ended = {fall.row: fall.ended_on for fall in opened if fall.ended_on is not None}
            # A fall that ended changed the baselines of its subject, so that its later days are compared again.
            rows, since = (np.array([*each], dtype=np.int64) for each in (ended.keys(), ended.values()))
            found += opened
    return sorted(found, key=lambda fall: (fall.row, fall.first))


class _MeasureSlice:
    """A measure limited to the subjects with the indexes from `start` to `stop` - 1."""

    def __init__(self, measure: LevelMeasure, start: int, stop: int) -> None:
        self._measure, self._start = measure, start
        self.has_data = measure.has_data[:, start:stop]
        self.fall, self.lost, self.deviation = measure.fall, measure.lost, measure.deviation
        self.ends_by = measure.ends_by

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        return self._measure.values(clean, slice(self._start + rows.start, self._start + rows.stop))


class _Watch:
    """The levels and baselines of some subjects. An ended fall takes days out of the baselines of its subject."""

    def __init__(
        self, measure: LevelMeasure, least_fall: float, windows: tuple[int, ...], far: float, is_slow: bool
    ) -> None:
        self.measure, self.windows, self.far, self.is_slow = measure, windows, far, is_slow
        self.baselines = Baselines(measure)
        # The first day after the last ended fall of each subject: no day is part of two falls.
        self.free = np.zeros(measure.has_data.shape[1], dtype=np.int64)
        # Conditions checked before the deviation: they are fast, few falls meet them, and the deviation is slow.
        self.matters = ((measure.fall, least_fall), (measure.lost, LEAST_LOST))

    def first_fallen(self, rows: Places, since: Places) -> dict[int, tuple[int, int]]:
        """Return the window in which each of the subjects `rows` fell first; subjects without a fall are left out.

        Args:
            since: for each subject, the first day to compare.

        Returns:
            The first and the last day of each window, by the subject's index.
        """
        found: dict[int, tuple[int, int]] = {}
        many = max(1, _AT_ONCE // len(rows))
        for start in range(since.min(), len(self.measure.has_data), many):
            day, place = np.nonzero(self.measure.has_data[start : start + many, rows])
            day += start
            is_asked = day >= since[place]
            day, row = day[is_asked], rows[place[is_asked]]
            # Days before the end of the last fall are no evidence for another. A slow fall needs its whole window.
            earliest = 0 if self.is_slow else self.free[row]
            first = np.concatenate([np.maximum(day + 1 - days, earliest) for days in self.windows])
            day, row = np.tile((day, row), len(self.windows))
            for figure, least in self.matters:
                base, seen = self.baselines.of(row, first), self.baselines.seen(row, first, day)
                has_fallen = figure(base, seen) >= least
                day, first, row = day[has_fallen], first[has_fallen], row[has_fallen]
            # A window that began during a gap needs enough clean days before its last day too.
            is_known = self.baselines.are_recent(row, first) & self.baselines.are_recent(row, day)
            day, first, row = day[is_known], first[is_known], row[is_known]
            far = self.measure.deviation(self.baselines.of(row, first), self.baselines.seen(row, first, day))
            fallen = np.stack([day, first, row], axis=1)[far > self.far]
            for last, begin, of in sorted(fallen.tolist()):
                found.setdefault(of, (begin, last))
        return found

    def open(self, row: int, start: int, day: int) -> Fall:
        """Return the fall that the window from `start` to `day` shows.

        With `is_slow`, it begins on `day`. Otherwise it begins on the day of the window for which the days from it to
        `day` deviate most from the baseline.
        """
        if self.is_slow:
            return self._fall(row, day, day, start)
        since = np.append(start + np.flatnonzero(self.baselines.clean[start:day, row]), day)
        rows = np.full(len(since), row)
        far = self.measure.deviation(self.baselines.of(rows, start), self.baselines.seen(rows, since, day))
        # The newest of equally unlikely days: a day without a norm, such as a day of rest, adds nothing.
        first = int(since[np.flatnonzero(far == far.max())[-1]])
        return self._fall(row, first, day, first)

    def _fall(self, row: int, first: int, day: int, before: int) -> Fall:
        baseline, frozen = self.baselines.days_of(row, before), self.baselines.frozen(row, before)
        return Fall(row, first, day, first, before, baseline, self.measure.has_data[:, row], frozen)

    def follow(self, fall: Fall) -> None:
        """Follow a fall until it ends. If it recovered, take its days out of the baselines; if it settled, take out all
        days before it.
        """
        base = self.baselines.of(np.array([fall.row]), fall.before)

        def all_of(first: int, last: int) -> Sums:
            # Other days have a norm too, but no count to compare with it.
            places = first + np.flatnonzero(fall.has_data[first : last + 1])
            return lambda name: fall.values[name][places].sum(keepdims=True)

        def is_bad(day: int) -> bool | None:
            seen = all_of(day, day), all_of(fall.first, max(fall.last_bad, fall.opened))
            levels = [tuple(float(level(base, each)[0]) for each in seen) for level in self.measure.ends_by]
            # A day that usually has no request, and has none, is neither back nor bad. A bad day is nearer to the level
            # of the incident than to the baseline.
            return None if np.isnan(levels[0][0]) else not all(today < so_far / 2 for today, so_far in levels)

        fall.follow(is_bad)
        if fall.ended_on is not None:
            self.free[fall.row] = fall.end
            # After a settled fall, the baseline restarts at the new level.
            out = (0, fall.first - 1) if fall.state == "settled" else (fall.first, fall.last_bad)
            self.baselines.take_out(fall.row, *out)
