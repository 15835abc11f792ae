"""What is usual of a day, for the bands and the grey figures of pages, and for messages.

It is computed of each subject's own eight weeks before the day. A count has the median of its weekday, a rate or a
latency that of all days. The spread is that of the subject's own days, but never less than pure chance would have it.
It is taken from how far each day lies from the one before, of a count from the same weekday of the week before: a level
that changed is one step, and does not widen it. Days of an incident do not count.

Lives here: the one rule of the usual range. The charts' scripts have it once more (`data/norms.js`), by the same tuned
numbers and held to the same cases (`tests/reports/norm_cases.json`): an app's bands would be half of its file. Does not
belong here: what opens an incident, which is judged more sharply (`rate_incidents.py`), the records of a usual day
(`volumes.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.measures.measure import Better
from pipelines.incidents.incident import FURTHER, Incident

REFERENCE_DAYS: Final = 56
# So far from the usual, in spreads, is outside. Of days that swing as the normal law has it one in 370 is, so that five
# figures ring by chance about once in ten weeks.
_FAR: Final = 3.0
# Makes the median distance of two days the standard deviation of one, of the normal law.
_OF_STEPS: Final = 1.4826 / sqrt(2)
# A usual day is known from so many days of its weekday; a rate, which knows no weekday, from as many as a baseline has.
LEAST_WEEKDAYS: Final = 4
_LEAST_DAYS: Final = 7

# The same numbers as the scripts get them.
TUNED: Final = {
    "reach": REFERENCE_DAYS,
    "far": _FAR,
    "of_steps": _OF_STEPS,
    "least_weekdays": LEAST_WEEKDAYS,
    "least_days": _LEAST_DAYS,
}

Numbers = npt.NDArray[np.float64]
Kind = Literal["count", "rate", "latency"]
_KINDS: Final[tuple[Kind, ...]] = ("count", "rate", "latency")


class Observed(NamedTuple):
    """A value of a subject on a day; None: no data. `requests` are those of a rate, None of a count or a latency. Only
    a day that counts tells what is usual of those after it; a day without a norm, as of a count on a holiday, has no
    usual range either."""

    subject: str
    day: date
    value: float | None
    requests: int | None
    counts: bool
    has_norm: bool = True
    is_latency: bool = False

    @property
    def kind(self) -> Kind:
        """What the value is."""
        return "latency" if self.is_latency else "count" if self.requests is None else "rate"


class DayNorm(NamedTuple):
    """A day with what is usual of it and where chance may take it, None where too few days tell; `swing` is how far the
    days before lie from each other, of a count as a part of it. `requests` are the denominator of a rate."""

    kind: Kind
    day: date
    value: float | None
    requests: int | None
    usual: float | None
    low: float | None
    high: float | None
    swing: float | None


Side = Literal["inside", "above", "below", "unknown"]


@dataclass(frozen=True)
class Usual:
    """What is usual on a day, between which values, and where the value of that day lies."""

    usual: float | None
    low: float | None
    high: float | None
    side: Side


class IncidentDays:
    """The days of incidents, by app.

    Args:
        of_sessions: whether they are left out of what is usual of sessions, and not of records.
    """

    def __init__(self, incidents: Iterable[Incident], *, of_sessions: bool = False) -> None:
        self._by_app: dict[str, list[Incident]] = defaultdict(list)
        for one in incidents:
            # Further kinds are no faults. The sign-in rate is of sessions: counts of records do not fall with it.
            if one.kind != FURTHER and (of_sessions or one.metric != SIGN_IN):
                self._by_app[one.app_key].append(one)

    def has(self, app_key: str, channels: Sequence[str], day: date) -> bool:
        """Whether an app had an incident in any of these channels, or as a whole, on that day."""
        return any(one.channel in ("*", *channels) and one.covers(day) for one in self._by_app[app_key])


def norms_of(days: Iterable[Observed], last: int) -> dict[str, list[DayNorm]]:
    """The last days of each subject, judged by those before; a subject has as many days as the others, oldest first."""
    subjects: dict[str, list[Observed]] = defaultdict(list)
    for one in days:
        subjects[one.subject].append(one)
    found = {}
    for kind in _KINDS:
        some = {name: rows for name, rows in subjects.items() if rows[0].kind == kind}
        if some:
            values = np.array([[row.value for row in rows] for rows in some.values()], np.float64)
            requests = np.array([[row.requests for row in rows] for rows in some.values()], np.float64)
            counted = np.array([[row.counts and row.has_norm for row in rows] for rows in some.values()], np.bool_)
            has_norm = np.array([[row.has_norm for row in rows[-last:]] for rows in some.values()], np.bool_)
            all_norms = _norms(kind, values, requests, counted, last)
            norms = [np.where(has_norm, one, np.nan) for one in all_norms]
            for i, (name, rows) in enumerate(some.items()):
                found[name] = [
                    DayNorm(
                        kind,
                        row.day,
                        row.value,
                        row.requests,
                        *(None if np.isnan(one[i, j]) else float(one[i, j]) for one in norms),
                    )
                    for j, row in enumerate(rows[-last:])
                ]
    return found


class CountNorms(NamedTuple):
    """What is usual of some counts (subject, day), nan where too few days tell, and between which values."""

    usual: Numbers
    low: Numbers
    high: Numbers


def count_norms(counts: Numbers, counted: npt.NDArray[np.bool_]) -> CountNorms:
    """What is usual of each count by its subject's days before it (subject, day), oldest first; nan is no data."""
    usual, low, high, _ = _norms("count", counts, counts, counted, counts.shape[1])
    return CountNorms(usual, low, high)


def weekday_sums(values: Numbers) -> Numbers:
    """The sums of the same weekday over the weeks before each day (subject, day); nan counts nothing."""
    found: Numbers = np.nansum(_weeks_before(values, values.shape[1])[..., ::7], axis=-1)
    return found


def usual_of(row: DayNorm) -> Usual:
    """What is usual on a day, and where its value lies."""
    return Usual(row.usual, row.low, row.high, side_of_days([row]))


def side_of_days(rows: Sequence[DayNorm]) -> Side:
    """Where the values of some days of one subject lie together beside what is usual of these days.

    The one rule for colour: a figure is green or red only outside this range. "unknown" if fewer than half of the days
    with a value have a usual range.
    """
    days = [row for row in rows if row.value is not None]
    known = [row for row in days if row.usual is not None]
    if not known or 2 * len(known) < len(days):
        return "unknown"
    kind = known[0].kind
    is_count = kind == "count"
    value, usual, swing = np.array([(row.value, row.usual, row.swing) for row in known], np.float64).T
    weight = np.array([row.requests or 1 for row in known], np.float64)
    whole = 1.0 if is_count else weight.sum()
    swings = swing * (usual if is_count else weight)
    variances = {"count": np.maximum(usual, 1), "rate": weight * usual * (1 - usual), "latency": np.zeros(len(known))}
    spread = max(np.sqrt((swings**2).sum()), np.sqrt(variances[kind].sum())) / whole
    # Days of the same weekday share their usual value, and with it its error.
    room = _FAR * spread * (sqrt(2) if len(known) > 1 else 1)
    change = ((value - usual) * weight).sum() / whole
    return "inside" if abs(change) <= room else "above" if change > 0 else "below"


def colour(side: Side, better: Better | None) -> Literal["good", "bad", ""]:
    """The colour of a figure: none within its usual range, or if its declaration calls neither direction better."""
    if better is None or side not in ("above", "below"):
        return ""
    return "good" if (side == "above") is (better == "higher") else "bad"


def _norms(
    kind: Kind, values: Numbers, requests: Numbers, counted: npt.NDArray[np.bool_], last: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Usual, low, high and swing of the last days of some subjects (subject, day), all of one kind; `requests` are read
    of rates alone."""
    is_count = kind == "count"
    before = _weeks_before(np.where(counted, values, np.nan), last)
    step, least = (7, LEAST_WEEKDAYS) if is_count else (1, _LEAST_DAYS)
    alike = before[..., ::step]
    usual = np.where(np.count_nonzero(~np.isnan(alike), axis=-1) >= least, _median(alike), np.nan)
    later, earlier = before[..., step:], before[..., :-step]
    steps = np.abs(later - earlier)
    if is_count:
        # Counts swing by a part of themselves; two days of nothing tell of no swing.
        mean = (later + earlier) / 2
        steps = np.divide(steps, mean, out=np.full_like(steps, np.nan), where=mean > 0)
    swing = _OF_STEPS * np.nan_to_num(_median(steps))
    if kind == "rate":
        now = requests[:, -last:]
        # A day without requests has the room of the others.
        some = _weeks_before(np.where(counted & ~np.isnan(values) & (requests > 0), requests, np.nan), last)
        of = np.where(now > 0, now, _median(some))
        room = _FAR * np.maximum(swing, np.nan_to_num(np.sqrt(usual * (1 - usual) / of)))
        high = np.minimum(usual + room, 1)
    else:
        room = _FAR * (np.maximum(swing * usual, np.sqrt(np.maximum(usual, 1))) if is_count else swing)
        high = usual + room
    return usual, np.maximum(usual - room, 0), high, np.where(np.isnan(usual), np.nan, swing)


def _weeks_before(values: Numbers, last: int) -> Numbers:
    """The eight weeks before each of the last days (subject, day, day of the weeks); what is not there is nan."""
    padded = np.pad(values, ((0, 0), (REFERENCE_DAYS, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, REFERENCE_DAYS, axis=1)
    return windows[:, :-1][:, -last:]


def _median(values: Numbers) -> Numbers:
    """The middle of the last axis without nan; nan where there is nothing else."""
    ordered = np.sort(values, axis=-1)
    known = np.count_nonzero(~np.isnan(values), axis=-1)[..., None]
    least = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, -1)
    most = np.take_along_axis(ordered, np.minimum(known // 2, values.shape[-1] - 1), -1)
    return ((least + most) / 2)[..., 0]
