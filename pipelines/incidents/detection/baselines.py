"""The baselines of subjects (see `falls.py`): sums over the clean days before each day, of all subjects at once.

A day is *clean* if it has data and no ended fall took it out of the baselines. A `LevelMeasure` defines the level of a
subject and how unlikely a day is, see `rate_measure.py` and `volume_measure.py`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Protocol

import numpy as np

from pipelines.incidents.detection.grids import Flags, Floats, Places, add_up

# A function from the name of a value to its sums over some days, one sum for each subject.
Sums = Callable[[str], Floats]
# A function of the sums of a baseline and of compared days.
Figure = Callable[[Sums, Sums], Floats]

# Contract: days of a baseline.
BASELINE_DAYS: Final = 28
LEAST_BASELINE_DAYS: Final = 7
WEEK: Final = 7
# Contract: a baseline needs `LEAST_BASELINE_DAYS` within this many days before.
RECENT_DAYS: Final = 56


class LevelMeasure(Protocol):
    """A measured level of each day (rows) and subject (columns); the values of a day are adjacent in memory.

    `has_data` marks the days that can be compared. A fall ends when its days are back by each figure in `ends_by`, all
    computed like `fall`. `values` returns values that add up over days. The other functions take sums of these values
    and of `days` (the number of days): `base` over the days of the baseline, `seen` over the days that are compared
    with the baseline.
    """

    has_data: Flags
    ends_by: tuple[Figure, ...]

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return the additive values of the subjects with the indexes `rows`. Only days in `clean` count for norms."""

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return how far the level is under the baseline, in a unit of the measure, such as a share of the norm."""

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Return how many requests, sessions or records the fall cost."""

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return how unlikely the fall is, given how the subject's own days vary: in standard deviations of a normal
        distribution, 0 if there is no fall.
        """


class Baselines:
    """Sums over the newest `BASELINE_DAYS` clean days before each day. Days with data are clean until `take_out`
    removes them.
    """

    def __init__(self, measure: LevelMeasure) -> None:
        self.measure = measure
        self.clean = measure.has_data.copy()
        everyone = slice(0, self.clean.shape[1])
        self.values = {name: np.ascontiguousarray(of) for name, of in self._values(self.clean, everyone).items()}
        # Sums over all clean days before each day.
        self.sums = {name: np.zeros((len(of) + 1, of.shape[1])) for name, of in self.values.items()}
        # For each subject the indexes of its clean days, in order, then of its other days.
        self.places = np.zeros(self.clean.shape, dtype=np.int64)
        self._add_up(everyone)

    def _values(self, clean: Flags, rows: slice) -> dict[str, Floats]:
        return {**self.measure.values(clean, rows), "days": self.measure.has_data[:, rows].astype(float)}

    def _add_up(self, rows: slice) -> None:
        clean = self.clean[:, rows]
        for name, sums in self.sums.items():
            add_up(self.values[name][:, rows] * clean, sums[:, rows])
        self.places[:, rows] = np.argsort(~clean, axis=0, kind="stable")

    def are_recent(self, rows: Places, before: Places) -> Flags:
        """Return, for each subject, whether enough of the `RECENT_DAYS` days before its day in `before` are clean for a
        baseline. `rows` are the indexes of the subjects.
        """
        days = self.sums["days"]
        since = np.maximum(before - RECENT_DAYS, 0)
        found = days.take(self._at(rows, before)) - days.take(self._at(rows, since))
        return np.asarray(found >= LEAST_BASELINE_DAYS)

    def frozen(self, row: int, first: int) -> dict[str, Floats]:
        """Return the values of the subject `row` on all days, with norms computed from the days before `first` only."""
        one = slice(row, row + 1)
        clean = self.clean[:, one].copy()
        clean[first:] = False
        return {name: of[:, 0] for name, of in self._values(clean, one).items()}

    def of(self, rows: Places, before: int | Places) -> Sums:
        """Return the sums over baselines. `rows` are the indexes of the subjects; `before` is the first day after the
        baseline, one for each subject or one for all.
        """
        ends = self._at(rows, before)

        @cache
        def starts() -> Places:
            counts = self.sums["days"].take(ends).astype(np.int64)
            return self._at(rows, self.places.take(self._at(rows, np.maximum(counts - BASELINE_DAYS, 0))))

        # `starts` is computed only when it is needed: some figures need no baseline.
        return lambda name: self.sums[name].take(ends) - self.sums[name].take(starts())

    def seen(self, rows: Places, first: Places, day: int | Places) -> Sums:
        """Return the sums over the days that are compared with the baseline: `day`, and the clean days from `first`
        until then.

        `rows` are the indexes of the subjects.
        """
        begins, ends = self._at(rows, first), self._at(rows, day)
        return lambda name: self.sums[name].take(ends) - self.sums[name].take(begins) + self.values[name].take(ends)

    def _at(self, rows: Places, day: int | Places) -> Places:
        """Return the flat indexes of a day's values for the subjects `rows`, for `take`, the fastest access."""
        return np.asarray(day * self.clean.shape[1] + rows)

    def days_of(self, row: int, before: int) -> Places:
        """Return the indexes of the baseline days of the subject `row`; all are before the day `before`."""
        return np.flatnonzero(self.clean[:before, row])[-BASELINE_DAYS:]

    def take_out(self, row: int, first: int, last: int) -> None:
        """Remove the days from `first` to `last` from the clean days of a subject, and compute its sums again."""
        one = slice(row, row + 1)
        self.clean[first : last + 1, row] = False
        for name, of in self._values(self.clean[:, one], one).items():
            self.values[name][:, one] = of
        self._add_up(one)
