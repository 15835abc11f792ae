"""The one detector of rates: which subjects fell under their baseline, from which day, and until when.

A *subject* is a row of the grid: an app and a channel, or all apps together, and one rate of it. Its days are looked at
in their order, all subjects at once. What is unusual and what happens then is contract; the tuned numbers are the
constants below. What caused a fall is in `causes.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

# Contract: the days of a baseline, of a window, and of an incident that becomes the norm.
BASELINE_DAYS: Final = 28
LEAST_BASELINE_DAYS: Final = 7
WINDOW_DAYS: Final = 7
SETTLED_DAYS: Final = 28
# Contract: a normal deviation above this is no chance, of so many subjects; and what is too small to matter.
FAR: Final = 4.0
FAR_SUBJECTS: Final = 100
LEAST_FALL: Final = 0.02
LEAST_LOST: Final = 8.0
# Contract: so many days in a row that are back end an incident.
DAYS_BACK: Final = 2
# Before any is seen, a subject's days are taken to differ by so much beyond chance, as if seen on so many days.
_PRIOR_SWING = 0.005
_PRIOR_DAYS = 6.0


@dataclass(frozen=True)
class Grid:
    """Requests and successes by subject (rows) and day (columns), the days without a gap.

    `requests` are as many as count: those of a burst are left out (see `without_bursts`).
    """

    days: tuple[date, ...]
    requests: Floats
    successes: Floats


@dataclass(frozen=True)
class Fall:
    """A rate that fell: the subject's row, the places of its days in the grid, and its frozen baseline.

    `last` is None while it is open. `baseline` holds the places of the clean days before, `opened` that of the day that
    showed it.
    """

    row: int
    first: int
    last: int | None
    state: str
    baseline: tuple[int, ...]
    opened: int


def far_of(subjects: int) -> float:
    """The deviation from which on so many subjects together ring as rarely as a hundred would."""
    tail = 1 - NormalDist().cdf(FAR)
    return NormalDist().inv_cdf(1 - tail * min(1.0, FAR_SUBJECTS / max(subjects, 1)))


def falls(grid: Grid) -> list[Fall]:
    """Every fall, by row and first day."""
    watch = _Watch(grid)
    for day in range(len(grid.days)):
        watch.look_at(day)
    return sorted(watch.found(), key=lambda fall: (fall.row, fall.first))


def deviance(k: Floats, n: Floats, base_k: Floats, base_n: Floats) -> Floats:
    """How unlike two shares are, as the likelihood ratio of two binomials: a squared normal deviation by chance alone.

    It holds for few records, too, and knows that a baseline of few is itself a guess.
    """
    both = (k + base_k) / (n + base_n)
    return 2 * np.maximum(_surprise(k, n, both) + _surprise(base_k, base_n, both), 0.0)


def _surprise(k: Floats, n: Floats, share: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = np.where(k > 0, k * np.log(k / (n * share)), 0.0)
        misses = np.where(n > k, (n - k) * np.log((n - k) / (n * (1 - share))), 0.0)
    return np.asarray(hits + misses)


class _Watch:
    """What is known of every subject up to a day."""

    def __init__(self, grid: Grid) -> None:
        self.n, self.k = grid.requests, grid.successes
        rows, days = self.n.shape
        self.has_data = self.n > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.where(self.has_data, self.k**2 / self.n, 0.0)
        self.baselines = _Baselines(
            {"n": self.n, "k": self.k, "squares": squares, "days": self.has_data.astype(float)}, rows, days
        )
        self.far = far_of(rows)
        self.is_open = np.zeros(rows, dtype=bool)
        self.open: dict[int, _Open] = {}
        self.ended: list[Fall] = []

    def look_at(self, day: int) -> None:
        """Takes one more day in: ends what is over, opens what fell, and adds clean days to the baselines."""
        for row in sorted(self.open):
            self._follow(row, self.open[row], day)
        self._look_for_falls(day)
        self.baselines.add(day, ~self.is_open & self.has_data[:, day])

    def found(self) -> Iterator[Fall]:
        """What ended, and what is open still."""
        yield from self.ended
        for row, one in self.open.items():
            yield Fall(row, one.first, None, "open", one.baseline, one.opened)

    def _look_for_falls(self, day: int) -> None:
        """Opens what fell over the window that ends with this day, or over this day."""
        start = max(0, day + 1 - WINDOW_DAYS)
        for first in dict.fromkeys((start, day)):
            # Days of an incident that has ended are no evidence for another.
            clean = self.baselines.clean[:, first:day]
            n = self.n[:, day] + (self.n[:, first:day] * clean).sum(axis=1)
            k = self.k[:, day] + (self.k[:, first:day] * clean).sum(axis=1)
            rows = np.flatnonzero(~self.is_open & self.has_data[:, day] & self._is_large(first, n, k))
            far = self._deviation(rows, first, n[rows], k[rows])
            for row in rows[far > self.far]:
                self._open(int(row), first, day)

    def _is_large(self, first: int, n: Floats, k: Floats) -> Flags:
        """Whether a fall since `first` matters, and its baseline is long enough: a cheap look at all subjects."""
        base = self.baselines.of(slice(None), first)
        with np.errstate(divide="ignore", invalid="ignore"):
            fall = base["k"] / base["n"] - k / n
        return np.asarray((base["days"] >= LEAST_BASELINE_DAYS) & (fall >= LEAST_FALL) & (fall * n >= LEAST_LOST))

    def _deviation(self, rows: Places, first: int, n: Floats, k: Floats) -> Floats:
        """How far from its baseline each is, in deviations of chance, as its own days swing."""
        base = self.baselines.of(rows, first)
        squared = deviance(k, n, base["k"], base["n"]) / _swing(base)
        # How far the days swing is itself known but roughly: a t value, as the normal one that is as improbable.
        freedom = base["days"] - 1 + _PRIOR_DAYS
        return np.asarray(np.sqrt(freedom * np.log1p(squared / freedom)))

    def _open(self, row: int, start: int, day: int) -> None:
        """Opens a fall on the day of the window from which on it is least likely chance."""
        days = [since for since in range(start, day) if self.baselines.clean[row, since]]
        first = max((*days, day), key=lambda since: self._deviation_since(row, since, day))
        self.is_open[row] = True
        self.baselines.take_out(row, first, day)
        base = self.baselines.of(row, first)
        n, k = self.n[row, first : day + 1].sum(), self.k[row, first : day + 1].sum()
        days = self.baselines.days_of(row, first)
        self.open[row] = _Open(first, day, days, float(base["k"] / base["n"]), day, float(n), float(k))

    def _deviation_since(self, row: int, since: int, day: int) -> float:
        """How far the days since are under their baseline; minus one where they are not, or it is too short."""
        n, k = self.n[row, since : day + 1].sum(), self.k[row, since : day + 1].sum()
        base = self.baselines.of(row, since)
        if base["days"] < LEAST_BASELINE_DAYS or k / n >= base["k"] / base["n"]:
            return -1.0
        return float(self._deviation(np.array([row]), since, n[None], k[None])[0])

    def _follow(self, row: int, one: "_Open", day: int) -> None:
        """Ends an open fall where it is over, or adds the day to it."""
        if day - one.first >= SETTLED_DAYS:
            self._end(row, one, one.first + SETTLED_DAYS - 1, "settled")
            # The new level is the norm.
            self.baselines.begin_anew(row, one.first, day)
        elif not self.has_data[row, day]:
            return
        elif self.k[row, day] / self.n[row, day] > (one.base_level + one.k / one.n) / 2:
            one.days_back += 1
            if one.days_back == DAYS_BACK:
                self._end(row, one, one.last_bad, "recovered")
                self.baselines.put_in(row, one.last_bad + 1, day)
        else:
            # A day that looked back, and was not, is the incident's.
            since = one.last_bad + 1
            one.n += float(self.n[row, since : day + 1].sum())
            one.k += float(self.k[row, since : day + 1].sum())
            one.last_bad, one.days_back = day, 0

    def _end(self, row: int, one: "_Open", last: int, state: str) -> None:
        self.ended.append(Fall(row, one.first, last, state, one.baseline, one.opened))
        self.is_open[row] = False
        del self.open[row]


@dataclass
class _Open:
    """An open fall; `n` and `k` are the sums of its days up to the last that was not back."""

    first: int
    opened: int
    baseline: tuple[int, ...]
    base_level: float
    last_bad: int
    n: float
    k: float
    days_back: int = 0


def _swing(base: dict[str, Floats]) -> Floats:
    """The variance of the baseline's days in that of pure chance, one at least."""
    share = (base["k"] + 0.5) / (base["n"] + 1)
    variance = share * (1 - share)
    seen = (base["squares"] - 2 * share * base["k"] + share**2 * base["n"]) / variance
    prior = 1 + _PRIOR_SWING**2 * base["n"] / np.maximum(base["days"], 1) / variance
    return np.maximum((np.maximum(seen, 0.0) + _PRIOR_DAYS * prior) / (base["days"] - 1 + _PRIOR_DAYS), 1.0)


class _Baselines:
    """Sums over the clean days before each day, so many at most; of the days up to the one that is looked at."""

    def __init__(self, values: dict[str, Floats], rows: int, days: int) -> None:
        self.values = values
        self.clean = np.zeros((rows, days), dtype=bool)
        # Sums over all clean days before a day; those of the baseline begin at the place in `starts`.
        self.sums = {name: np.zeros((rows, days + 1)) for name in values}
        self.starts = np.zeros((rows, days + 1), dtype=np.int64)

    def add(self, day: int, is_clean: Flags) -> None:
        """Takes a day of every subject in, where it is clean."""
        self.clean[:, day] = is_clean
        for name, sums in self.sums.items():
            sums[:, day + 1] = sums[:, day] + np.where(is_clean, self.values[name][:, day], 0.0)
        counts, starts = self.sums["days"], self.starts[:, day].copy()
        rows = np.arange(len(starts))
        while (too_many := counts[:, day + 1] - counts[rows, starts] > BASELINE_DAYS).any():
            starts[too_many] += 1
        self.starts[:, day + 1] = starts

    def of(self, rows: Places | slice | int, before: int) -> dict[str, Floats]:
        """The sums of the baseline as of the start of a day."""
        starts = self.starts[rows, before]
        places = np.arange(len(self.clean)) if isinstance(rows, slice) else rows
        return {name: sums[places, before] - sums[places, starts] for name, sums in self.sums.items()}

    def days_of(self, row: int, before: int) -> tuple[int, ...]:
        """The places of the baseline's days as of the start of a day."""
        return tuple(int(day) for day in np.flatnonzero(self.clean[row, :before])[-BASELINE_DAYS:])

    def take_out(self, row: int, first: int, day: int) -> None:
        """Of one subject: the days since are not clean."""
        self.clean[row, first:day] = False
        self._sum_anew(row, day)

    def put_in(self, row: int, first: int, day: int) -> None:
        """Of one subject: the days since, up to the one that is looked at, are clean after all."""
        self.clean[row, first:day] = self.values["days"][row, first:day] > 0
        self._sum_anew(row, day)

    def begin_anew(self, row: int, first: int, day: int) -> None:
        """Of one subject: the days since are its norm, and those before are not."""
        self.clean[row, :first] = False
        self.put_in(row, first, day)

    def _sum_anew(self, row: int, day: int) -> None:
        for name, sums in self.sums.items():
            sums[row, 1 : day + 1] = np.cumsum(np.where(self.clean[row, :day], self.values[name][row, :day], 0.0))
        counts = self.sums["days"][row, : day + 1]
        self.starts[row, : day + 1] = np.searchsorted(counts, counts - BASELINE_DAYS)
