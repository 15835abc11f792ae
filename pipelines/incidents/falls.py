"""Falls: which subjects fell under their baseline, from which day, and until when.

A *subject* is what has a level each day, such as a rate of an app and channel, or its volume. The days are looked at
in their order, all subjects at once. What opens, freezes and ends is contract and stands here; what a level is, and how
unlikely a day is, is said by a `Measure`, see `measures.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from pipelines.incidents.incident import Loss, Span

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
# Sums over days, of some subjects, by name: made when they are asked for.
Sums = Callable[[str], Floats]

# Contract: the days of a baseline, of a window, and of an incident that becomes the norm.
BASELINE_DAYS: Final = 28
LEAST_BASELINE_DAYS: Final = 7
WINDOW_DAYS: Final = 7
WEEK: Final = 7
SETTLED_DAYS: Final = 28
# Contract: a normal deviation above this is no chance, of so many subjects; and what is too small to matter.
FAR: Final = 4.0
FAR_SUBJECTS: Final = 100
LEAST_FALL: Final = 0.02
LEAST_LOST: Final = 8.0
# Contract: so many days in a row that are back end an incident.
DAYS_BACK: Final = 2


class Measure(Protocol):
    """What is measured on each day (rows) of each subject (columns): all of a day lies together.

    `has_data` says whether there is anything to look at; `values` are what adds up over days. The functions are given
    sums of these, and the number of `days`.
    """

    has_data: Flags
    values: Mapping[str, Floats]

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How far the days that are seen are under their baseline, as a share."""

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """How many requests that cost."""

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """How far they fell, as a normal deviation, beside how the subject's own days swing; 0 where they did not."""


@dataclass
class Fall:
    """Days of a subject that are under their baseline.

    Of days are the places: `first`; `opened`, which showed it; `last_bad`, the newest that was not back; `last`, None
    while it is open; `baseline`, the clean days before. `has_data` is the subject's. The counts that the functions are
    given are those of its subject, by day.
    """

    row: int
    first: int
    opened: int
    last_bad: int
    baseline: Places
    has_data: Flags
    last: int | None = None
    state: str = "open"
    days_back: int = 0

    @property
    def span(self) -> Span:
        """From which day to which."""
        return Span(self.first, self.last, self.state)

    @property
    def places(self) -> Places:
        """Its own days that have data."""
        days = np.flatnonzero(self.has_data)
        return days[(days >= self.first) & (days <= (len(self.has_data) if self.last is None else self.last))]

    @property
    def newest(self) -> Places:
        """The newest of them."""
        return self.places[-WINDOW_DAYS:]

    def norm(self, counts: Floats, day: int) -> Floats:
        """What its baseline would have on a day: as on the same weekday, or on all days where it has none of these."""
        same = self.baseline[(self.baseline - day) % WEEK == 0]
        return np.asarray(counts[same if len(same) else self.baseline].mean(axis=0))

    def loss_of_rate(self, requests: Floats, successes: Floats) -> Loss:
        """What it cost, with the levels as shares."""
        rate = successes[self.baseline].sum() / requests[self.baseline].sum()
        asked = requests[self.places]
        return _loss(rate * asked, successes[self.places], asked)

    def loss_of_volume(self, counts: Floats) -> Loss:
        """What it cost, with the levels by day."""
        usual = np.array([self.norm(counts, day) for day in self.places])
        return _loss(usual, counts[self.places], np.ones(len(usual)))


def _loss(usual: Floats, there: Floats, units: Floats) -> Loss:
    """What the days of a fall cost: how much would be there, how much is, and of how many requests or days."""
    before, now = (float(each[-WINDOW_DAYS:].sum() / units[-WINDOW_DAYS:].sum()) for each in (usual, there))
    missing = usual - there
    return Loss(before, now, float(missing[-1]), float(missing.sum()))


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
            for fall in list(watch.open.values()):
                watch.follow(fall, day)
            watch.look_for_falls(day)
    return sorted(watch.found, key=lambda fall: (fall.row, fall.first))


class _Watch:
    """What is known of every subject up to a day."""

    def __init__(self, measure: Measure, least_fall: float) -> None:
        self.measure, self.least_fall = measure, least_fall
        self.baselines = _Baselines({**measure.values, "days": measure.has_data.astype(float)})
        subjects = measure.has_data.shape[1]
        self.far = far_of(subjects)
        self.is_open = np.zeros(subjects, dtype=bool)
        self.open: dict[int, Fall] = {}
        self.found: list[Fall] = []

    def look_for_falls(self, day: int) -> None:
        """Opens what fell over the window that ends with this day, or over this day."""
        start = max(0, day + 1 - WINDOW_DAYS)
        for first in dict.fromkeys((start, day)):
            rows = np.flatnonzero(~self.is_open & self.measure.has_data[day])
            # Those whose fall matters, and whose baseline is long enough, are the few to look closer at.
            for figure, least in ((self.measure.fall, self.least_fall), (self.measure.lost, LEAST_LOST)):
                base, seen = self.baselines.of(rows, first), self.baselines.seen(rows, first, day)
                rows = rows[(figure(base, seen) >= least) & (base("days") >= LEAST_BASELINE_DAYS)]
            far = self.measure.deviation(self.baselines.of(rows, first), self.baselines.seen(rows, first, day))
            for row in rows[far > self.far]:
                self._open(int(row), first, day)

    def _open(self, row: int, start: int, day: int) -> None:
        """Opens a fall on the day of the window from which on it is least likely chance."""
        since = np.append(start + np.flatnonzero(self.baselines.clean[start:day, row]), day)
        rows = np.full(len(since), row)
        far = self.measure.deviation(self.baselines.of(rows, start), self.baselines.seen(rows, since, day))
        first = int(since[np.argmax(far)])
        baseline = self.baselines.days_of(row, first)
        self.open[row] = Fall(row, first, day, day, baseline, self.measure.has_data[:, row])
        self.found.append(self.open[row])
        self.is_open[row] = True

    def follow(self, fall: Fall, day: int) -> None:
        """Ends an open fall where it is over, or adds the day to it."""
        if day - fall.first >= SETTLED_DAYS:
            self._end(fall, fall.first + SETTLED_DAYS - 1, "settled")
            # The new level is the norm.
            self.baselines.take_out(fall.row, 0, fall.first - 1)
        elif fall.has_data[day]:
            base = self.baselines.of(np.array([fall.row]), fall.first)
            today, so_far = (
                float(self.measure.fall(base, self.baselines.all_of(fall.row, first, last))[0])
                for first, last in ((day, day), (fall.first, fall.last_bad))
            )
            # Nearer to the level of the incident than to the baseline.
            if not today < so_far / 2:
                fall.last_bad, fall.days_back = day, 0
                return
            fall.days_back += 1
            if fall.days_back == DAYS_BACK:
                self._end(fall, fall.last_bad, "recovered")
                self.baselines.take_out(fall.row, fall.first, fall.last_bad)

    def _end(self, fall: Fall, last: int, state: str) -> None:
        fall.last, fall.state = last, state
        del self.open[fall.row]
        self.is_open[fall.row] = False


class _Baselines:
    """Sums over the clean days before each day, so many at most. Every day with data is clean until it is taken out."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self.values, self.clean = values, values["days"] > 0
        # Over all clean days before a day.
        self.sums = {name: np.zeros((len(of) + 1, of.shape[1])) for name, of in values.items()}
        # Of each subject the places of its clean days, in their order, then those of the others.
        self.places = np.zeros(self.clean.shape, dtype=np.int64)
        self._add_up(slice(None))

    def _add_up(self, rows: slice) -> None:
        clean = self.clean[:, rows]
        for name, sums in self.sums.items():
            np.cumsum(self.values[name][:, rows] * clean, axis=0, out=sums[1:, rows])
        self.places[:, rows] = np.argsort(~clean, axis=0, kind="stable")

    def of(self, rows: Places, before: int) -> Sums:
        """The baseline as of the start of a day."""
        counts = self.sums["days"][before, rows].astype(np.int64)
        starts = self.places[np.maximum(counts - BASELINE_DAYS, 0), rows]
        return lambda name: self.sums[name][before, rows] - self.sums[name][starts, rows]

    def seen(self, rows: Places, first: int | Places, day: int) -> Sums:
        """A day and the clean days before it since `first`: those of an incident that has ended are no evidence."""
        return lambda name: self.sums[name][day, rows] - self.sums[name][first, rows] + self.values[name][day, rows]

    def all_of(self, row: int, first: int, last: int) -> Sums:
        """All days of one subject, from the first to the last."""
        return lambda name: self.values[name][first : last + 1, row].sum(keepdims=True)

    def days_of(self, row: int, before: int) -> Places:
        """The places of the baseline's days as of the start of a day."""
        return np.flatnonzero(self.clean[:before, row])[-BASELINE_DAYS:]

    def take_out(self, row: int, first: int, last: int) -> None:
        """Of one subject: the days of a fall are not clean."""
        self.clean[first : last + 1, row] = False
        self._add_up(slice(row, row + 1))
