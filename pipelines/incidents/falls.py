"""Falls: which subjects fell under their baseline, from which day, and until when.

A *subject* is what has a level each day, such as a rate of an app and channel, or its volume. The days are looked at
in their order, all subjects at once. What opens, freezes and ends is contract and stands here; what a level is, and how
unlikely a day is, is said by a `Measure`: `rates.py`, `volume_falls.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from pipelines.incidents.incident import Loss, Span

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


class Sums(Protocol):
    """Sums over days, of some subjects, by name."""

    def __getitem__(self, name: str) -> Floats: ...


class Measure(Protocol):
    """What is measured on each day (rows) of each subject (columns).

    Days are the rows, since they are looked at one by one: all of a day lies together.
    """

    @property
    def has_data(self) -> Flags:
        """Whether there is anything to look at on that day."""

    @property
    def values(self) -> Mapping[str, Floats]:
        """What adds up over days: the functions below are given sums of these, and the number of `days`."""

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How far the days that are seen are under their baseline, as a share."""

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """How many requests that cost."""

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """How far they fell, as a normal deviation, beside how the subject's own days swing; 0 where they did not."""


@dataclass(frozen=True)
class Fall:
    """Days of a subject that are under their baseline: its row, the places of its first day and of its last so far.

    `baseline` holds the places of the clean days before, `places` those of its own days that have data, `opened` that
    of the day that showed it.
    """

    row: int
    first: int
    end: int
    state: str
    baseline: tuple[int, ...]
    places: list[int]
    opened: int

    @property
    def last(self) -> int | None:
        """The place of its last day; None while it is open."""
        return None if self.state == "open" else self.end

    @property
    def span(self) -> Span:
        """From which day to which."""
        return Span(self.first, self.last, self.state)

    @property
    def newest(self) -> list[int]:
        """The places of its newest days that have data."""
        return self.places[-WINDOW_DAYS:]

    def loss(self, usual: Floats, there: Floats, units: Floats) -> Loss:
        """What it cost: by day, how much would be there, how much is, and of how many, such as requests."""
        of, missing = units[self.newest].sum(), usual - there
        before, now = (float(each[self.newest].sum() / of) for each in (usual, there))
        return Loss(before, now, float(missing[self.places[-1]]), float(missing[self.places].sum()))


def far_of(subjects: int) -> float:
    """The deviation from which on so many subjects together ring as rarely as a hundred would."""
    tail = 1 - NormalDist().cdf(FAR)
    return NormalDist().inv_cdf(1 - tail * min(1.0, FAR_SUBJECTS / max(subjects, 1)))


def falls(measure: Measure, least_fall: float = LEAST_FALL) -> list[Fall]:
    """Every fall, by row and first day; what fell by less than `least_fall` is too small to matter."""
    watch = _Watch(measure, least_fall)
    # What has no norm yet is nan, and nothing falls under that.
    with np.errstate(divide="ignore", invalid="ignore"):
        for day in range(len(measure.has_data)):
            watch.look_at(day)
    return sorted(watch.found(), key=lambda fall: (fall.row, fall.first))


@dataclass
class _Open:
    """An open fall; `last_bad` is its last day that was not back."""

    first: int
    opened: int
    last_bad: int
    days_back: int = 0


class _Watch:
    """What is known of every subject up to a day."""

    def __init__(self, measure: Measure, least_fall: float) -> None:
        self.measure, self.least_fall = measure, least_fall
        self.baselines = _Baselines({**measure.values, "days": measure.has_data.astype(float)})
        subjects = measure.has_data.shape[1]
        self.far = far_of(subjects)
        self.is_open = np.zeros(subjects, dtype=bool)
        self.open: dict[int, _Open] = {}
        self.ended: list[Fall] = []

    def look_at(self, day: int) -> None:
        """Takes one more day in: ends what is over, and opens what fell."""
        for row in sorted(self.open):
            self._follow(row, self.open[row], day)
        self._look_for_falls(day)

    def found(self) -> Iterator[Fall]:
        """What ended, and what is open still."""
        yield from self.ended
        for row, one in self.open.items():
            yield self._fall(row, one, len(self.measure.has_data) - 1, "open")

    def _look_for_falls(self, day: int) -> None:
        """Opens what fell over the window that ends with this day, or over this day."""
        start = max(0, day + 1 - WINDOW_DAYS)
        for first in dict.fromkeys((start, day)):
            rows = self._large(np.flatnonzero(~self.is_open & self.measure.has_data[day]), first, day)
            far = self.measure.deviation(self.baselines.of(rows, first), self.baselines.seen(rows, first, day))
            for row in rows[far > self.far]:
                self._open(int(row), first, day)

    def _large(self, rows: Places, first: int, day: int) -> Places:
        """Those whose fall since `first` matters, and whose baseline is long enough: the few to look closer at."""
        for figure, least in ((self.measure.fall, self.least_fall), (self.measure.lost, LEAST_LOST)):
            base, seen = self.baselines.of(rows, first), self.baselines.seen(rows, first, day)
            rows = rows[(figure(base, seen) >= least) & (base["days"] >= LEAST_BASELINE_DAYS)]
        return rows

    def _open(self, row: int, start: int, day: int) -> None:
        """Opens a fall on the day of the window from which on it is least likely chance."""
        since = np.append(start + np.flatnonzero(self.baselines.clean[start:day, row]), day)
        rows = np.full(len(since), row)
        far = self.measure.deviation(self.baselines.of(rows, start), self.baselines.seen(rows, since, day))
        first = int(since[np.argmax(far)])
        self.is_open[row] = True
        self.open[row] = _Open(first, day, day)

    def _follow(self, row: int, one: _Open, day: int) -> None:
        """Ends an open fall where it is over, or adds the day to it."""
        if day - one.first >= SETTLED_DAYS:
            self._end(row, one, one.first + SETTLED_DAYS - 1, "settled")
            # The new level is the norm.
            self.baselines.take_out(row, 0, one.first - 1)
            return
        if not self.measure.has_data[day, row]:
            return
        base = self.baselines.of(np.array([row]), one.first)
        today, so_far = (
            float(self.measure.fall(base, self.baselines.all_of(row, first, last))[0])
            for first, last in ((day, day), (one.first, one.last_bad))
        )
        # Nearer to the baseline than to the level of the incident.
        if not today < so_far / 2:
            one.last_bad, one.days_back = day, 0
            return
        one.days_back += 1
        if one.days_back == DAYS_BACK:
            self._end(row, one, one.last_bad, "recovered")
            self.baselines.take_out(row, one.first, one.last_bad)

    def _end(self, row: int, one: _Open, last: int, state: str) -> None:
        self.ended.append(self._fall(row, one, last, state))
        self.is_open[row] = False
        del self.open[row]

    def _fall(self, row: int, one: _Open, end: int, state: str) -> Fall:
        places = one.first + np.flatnonzero(self.measure.has_data[one.first : end + 1, row])
        baseline = self.baselines.days_of(row, one.first)
        return Fall(row, one.first, end, state, baseline, places.tolist(), one.opened)


class _Sums:
    """Sums that are made when they are asked for."""

    def __init__(self, sum_of: Callable[[str], Floats]) -> None:
        self._sum_of = sum_of

    def __getitem__(self, name: str) -> Floats:
        return self._sum_of(name)


class _Baselines:
    """Sums over the clean days before each day, so many at most. Every day with data is clean until it is taken out."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self.values = values
        self.clean = values["days"] > 0
        # Sums over all clean days before a day; those of its baseline begin at the place in `starts`.
        first = np.zeros((1, self.clean.shape[1]))
        self.sums = {name: np.concatenate([first, np.cumsum(of, axis=0)]) for name, of in values.items()}
        self.starts = np.zeros(self.sums["days"].shape, dtype=np.int64)
        counts, rows = self.sums["days"], np.arange(self.clean.shape[1])
        for day in range(1, len(counts)):
            starts = self.starts[day - 1].copy()
            while (too_many := counts[day] - counts[starts, rows] > BASELINE_DAYS).any():
                starts[too_many] += 1
            self.starts[day] = starts

    def of(self, rows: Places, before: int) -> Sums:
        """The baseline as of the start of a day."""
        starts = self.starts[before, rows]
        return _Sums(lambda name: self.sums[name][before, rows] - self.sums[name][starts, rows])

    def seen(self, rows: Places, first: int | Places, day: int) -> Sums:
        """A day and the clean days before it since `first`: those of an incident that has ended are no evidence."""
        return _Sums(
            lambda name: self.sums[name][day, rows] - self.sums[name][first, rows] + self.values[name][day, rows]
        )

    def all_of(self, row: int, first: int, last: int) -> Sums:
        """All days of one subject, from the first to the last."""
        return _Sums(lambda name: self.values[name][first : last + 1, row].sum(keepdims=True))

    def days_of(self, row: int, before: int) -> tuple[int, ...]:
        """The places of the baseline's days as of the start of a day."""
        return tuple(int(day) for day in np.flatnonzero(self.clean[:before, row])[-BASELINE_DAYS:])

    def take_out(self, row: int, first: int, last: int) -> None:
        """Of one subject: the days of a fall are not clean."""
        self.clean[first : last + 1, row] = False
        for name, sums in self.sums.items():
            np.cumsum(self.values[name][:, row] * self.clean[:, row], out=sums[1:, row])
        counts = self.sums["days"][:, row]
        self.starts[:, row] = np.searchsorted(counts, counts - BASELINE_DAYS)
