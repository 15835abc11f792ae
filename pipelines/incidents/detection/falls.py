"""Falls: which subjects fell under their baseline, from which day, and until when.

A *subject* is what has a level each day, such as a rate of an app and channel, or its volume. All days of all subjects
are compared with their baselines at once; a subject that fell is followed day by day, and its later days are compared
again. The contract for what opens, freezes and ends is defined here; a `Measure` defines what a level is and how
unlikely a day is, see `rate_measure.py` and `volume_measure.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final, Protocol

import numpy as np

from pipelines.incidents.detection.grids import Flags, Floats, Places, add_up
from pipelines.incidents.incident import Loss, Span

# Sums over days, of some subjects, by name: made when they are asked for.
Sums = Callable[[str], Floats]

# Contract: the days of a baseline, of a window, and of an incident that becomes the norm.
BASELINE_DAYS: Final = 28
LEAST_BASELINE_DAYS: Final = 7
WINDOW_DAYS: Final = 7
WINDOWS: Final = (WINDOW_DAYS, 1)
WEEK: Final = 7
# Contract: a baseline has its least days among so many before.
RECENT_DAYS: Final = 56
SETTLED_DAYS: Final = 28
# Contract: a normal deviation above this is no chance, of so many subjects; and what is too small to matter.
FAR: Final = 4.0
FAR_SUBJECTS: Final = 100
LEAST_FALL: Final = 0.02
LEAST_LOST: Final = 8.0
# Contract: so many days in a row that are back end an incident.
DAYS_BACK: Final = 2
# Subjects that are watched together, and their levels that are compared in one step: few enough for the processor's
# cache.
_SUBJECTS: Final = 512
_AT_ONCE: Final = 2**15


class Measure(Protocol):
    """What is measured on each day (rows) of each subject (columns): all of a day lies together.

    `has_data` says whether there is anything to look at; `values` are what adds up over days. The functions are given
    sums of these, and the number of `days`.
    """

    has_data: Flags

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """What adds up, of these subjects. `clean` are the days that a norm may be of."""

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
    while it is open; `baseline`, the clean days before the day `before`. `has_data` is the subject's, `values` are
    those of its measure by day, with the norms as of `before`. The counts that the functions are given are those of its
    subject, by day.
    """

    row: int
    first: int
    opened: int
    last_bad: int
    before: int
    baseline: Places
    has_data: Flags
    values: Mapping[str, Floats]
    last: int | None = None
    state: str = "open"

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

    def loss_of_rate(self, requests: Floats, successes: Floats) -> Loss:
        """What it cost, with the levels as shares."""
        rate = successes[self.baseline].sum() / requests[self.baseline].sum()
        asked = requests[self.places]
        return _loss(rate * asked, successes[self.places], asked)

    def loss_of_volume(self, counts: Floats) -> Loss:
        """What it cost, with the levels by day."""
        usual = self.values["norm"][self.places]
        return _loss(usual, counts[self.places], np.ones(len(usual)))


def _loss(usual: Floats, there: Floats, units: Floats) -> Loss:
    """What the days of a fall cost: how much would be there, how much is, and of how many requests or days."""
    before, now = (float(each[-WINDOW_DAYS:].sum() / units[-WINDOW_DAYS:].sum()) for each in (usual, there))
    missing = usual - there
    return Loss(before, now, float(missing[-1]), float(missing.sum()))


def alarm_threshold(subjects: int) -> float:
    """The deviation from which on so many subjects together ring as rarely as a hundred would."""
    tail = 1 - NormalDist().cdf(FAR)
    return NormalDist().inv_cdf(1 - tail * min(1.0, FAR_SUBJECTS / max(subjects, 1)))


def falls(
    measure: Measure, least_fall: float = LEAST_FALL, windows: tuple[int, ...] = WINDOWS, is_slow: bool = False
) -> list[Fall]:
    """Every fall, by row and first day.

    Args:
        least_fall: what fell by less is too small to matter.
        windows: over how many days one may open.
        is_slow: whether one begins on the day that shows it, and not within its window.
    """
    subjects, found = measure.has_data.shape[1], []
    for start in range(0, subjects, _SUBJECTS):
        some = _Some(measure, start, min(start + _SUBJECTS, subjects))
        watch = _Watch(some, least_fall, windows, alarm_threshold(subjects), is_slow)
        found += [replace(fall, row=start + fall.row) for fall in _falls_of(watch)]
    return found


def _falls_of(watch: "_Watch") -> list[Fall]:
    rows, found = np.arange(watch.measure.has_data.shape[1]), []
    since = np.zeros_like(rows)
    # What has no norm yet is nan, and nothing falls under that.
    with np.errstate(divide="ignore", invalid="ignore"):
        while len(rows):
            opened = [watch.open(row, *window) for row, window in watch.first_fallen(rows, since).items()]
            ended = {fall.row: day for fall in opened if (day := watch.follow(fall)) is not None}
            # A fall that ended changed the baselines of its subject, so that its later days are compared again.
            rows, since = (np.array([*each], dtype=np.int64) for each in (ended.keys(), ended.values()))
            found += opened
    return sorted(found, key=lambda fall: (fall.row, fall.first))


class _Some:
    """Some subjects of a measure."""

    def __init__(self, measure: Measure, start: int, stop: int) -> None:
        self._measure, self._start = measure, start
        self.has_data = measure.has_data[:, start:stop]
        self.fall, self.lost, self.deviation = measure.fall, measure.lost, measure.deviation

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        return self._measure.values(clean, slice(self._start + rows.start, self._start + rows.stop))


class _Watch:
    """The levels of all subjects and their baselines, which lack the days of the falls that have ended."""

    def __init__(
        self, measure: Measure, least_fall: float, windows: tuple[int, ...], far: float, is_slow: bool
    ) -> None:
        self.measure, self.windows, self.far, self.is_slow = measure, windows, far, is_slow
        self.baselines = _Baselines(measure)
        # Those whose fall matters are the few to look closer at.
        self.matters = ((measure.fall, least_fall), (measure.lost, LEAST_LOST))

    def first_fallen(self, rows: Places, since: Places) -> dict[int, tuple[int, int]]:
        """Return the window of the first fall of each of these subjects, by row; subjects without a fall are left out.

        Args:
            since: the day of each subject from which on its days are compared.

        Returns:
            The first and the last day of each window.
        """
        found: dict[int, tuple[int, int]] = {}
        many = max(1, _AT_ONCE // len(rows))
        for start in range(since.min(), len(self.measure.has_data), many):
            day, place = np.nonzero(self.measure.has_data[start : start + many, rows])
            day += start
            is_asked = day >= since[place]
            day, row = day[is_asked], rows[place[is_asked]]
            first = np.concatenate([np.maximum(day + 1 - days, 0) for days in self.windows])
            day, row = np.tile((day, row), len(self.windows))
            is_known = self.baselines.are_recent(row, first)
            day, first, row = day[is_known], first[is_known], row[is_known]
            for figure, least in self.matters:
                base, seen = self.baselines.of(row, first), self.baselines.seen(row, first, day)
                has_fallen = figure(base, seen) >= least
                day, first, row = day[has_fallen], first[has_fallen], row[has_fallen]
            far = self.measure.deviation(self.baselines.of(row, first), self.baselines.seen(row, first, day))
            fallen = np.stack([day, first, row], axis=1)[far > self.far]
            for last, begin, of in sorted(fallen.tolist()):
                found.setdefault(of, (begin, last))
        return found

    def open(self, row: int, start: int, day: int) -> Fall:
        """Opens a fall on the day of the window from which on it is least likely chance, a slow one on its last day."""
        if self.is_slow:
            return self._fall(row, day, day, start)
        since = np.append(start + np.flatnonzero(self.baselines.clean[start:day, row]), day)
        rows = np.full(len(since), row)
        far = self.measure.deviation(self.baselines.of(rows, start), self.baselines.seen(rows, since, day))
        # Of days that are as unlikely the newest: one without a norm, such as a day of rest, adds nothing.
        first = int(since[np.flatnonzero(far == far.max())[-1]])
        return self._fall(row, first, day, first)

    def _fall(self, row: int, first: int, day: int, before: int) -> Fall:
        baseline, frozen = self.baselines.days_of(row, before), self.baselines.frozen(row, before)
        return Fall(row, first, day, day, before, baseline, self.measure.has_data[:, row], frozen)

    def follow(self, fall: Fall) -> int | None:
        """Add the later days to a fall until it ends; return the day that shows its end, None while it is open."""
        base = self.baselines.of(np.array([fall.row]), fall.before)
        back = 0

        def all_of(first: int, last: int) -> Sums:
            return lambda name: fall.values[name][first : last + 1].sum(keepdims=True)

        for day in range(fall.opened + 1, len(fall.has_data)):
            if day - fall.first >= SETTLED_DAYS:
                fall.last, fall.state = fall.first + SETTLED_DAYS - 1, "settled"
                # The new level is the norm.
                self.baselines.take_out(fall.row, 0, fall.first - 1)
                return day
            if fall.has_data[day]:
                today, so_far = (
                    float(self.measure.fall(base, all_of(first, last))[0])
                    for first, last in ((day, day), (fall.first, fall.last_bad))
                )
                # Nearer to the level of the incident than to the baseline.
                if not today < so_far / 2:
                    fall.last_bad, back = day, 0
                    continue
                back += 1
                if back == DAYS_BACK:
                    fall.last, fall.state = fall.last_bad, "recovered"
                    self.baselines.take_out(fall.row, fall.first, fall.last_bad)
                    return day
        return None


class _Baselines:
    """Sums over the clean days before each day, so many at most. Every day with data is clean until it is taken out."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.clean = measure.has_data.copy()
        everyone = slice(0, self.clean.shape[1])
        self.values = {name: np.ascontiguousarray(of) for name, of in self._values(self.clean, everyone).items()}
        # Over all clean days before a day.
        self.sums = {name: np.zeros((len(of) + 1, of.shape[1])) for name, of in self.values.items()}
        # Of each subject the places of its clean days, in their order, then those of the others.
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
        """Whether there are enough clean days not long before a day, for a baseline."""
        days = self.sums["days"]
        since = np.maximum(before - RECENT_DAYS, 0)
        found = days.take(self._at(rows, before)) - days.take(self._at(rows, since))
        return np.asarray(found >= LEAST_BASELINE_DAYS)

    def frozen(self, row: int, first: int) -> dict[str, Floats]:
        """The values of one subject by day, with the norms as of the start of a day."""
        one = slice(row, row + 1)
        clean = self.clean[:, one].copy()
        clean[first:] = False
        return {name: of[:, 0] for name, of in self._values(clean, one).items()}

    def of(self, rows: Places, before: int | Places) -> Sums:
        """The baseline of each subject as of the start of a day."""
        ends = self._at(rows, before)
        counts = self.sums["days"].take(ends).astype(np.int64)
        starts = self._at(rows, self.places.take(self._at(rows, np.maximum(counts - BASELINE_DAYS, 0))))
        return lambda name: self.sums[name].take(ends) - self.sums[name].take(starts)

    def seen(self, rows: Places, first: Places, day: int | Places) -> Sums:
        """A day and the clean days before it since `first`: those of an incident that has ended are no evidence."""
        begins, ends = self._at(rows, first), self._at(rows, day)
        return lambda name: self.sums[name].take(ends) - self.sums[name].take(begins) + self.values[name].take(ends)

    def _at(self, rows: Places, day: int | Places) -> Places:
        """Flat indexes of days of subjects into the grids: taking by these is far faster than by day and subject."""
        return np.asarray(day * self.clean.shape[1] + rows)

    def days_of(self, row: int, before: int) -> Places:
        """The places of the baseline's days as of the start of a day."""
        return np.flatnonzero(self.clean[:before, row])[-BASELINE_DAYS:]

    def take_out(self, row: int, first: int, last: int) -> None:
        """Of one subject: the days of a fall are not clean."""
        one = slice(row, row + 1)
        self.clean[first : last + 1, row] = False
        for name, of in self._values(self.clean[:, one], one).items():
            self.values[name][:, one] = of
        self._add_up(one)
