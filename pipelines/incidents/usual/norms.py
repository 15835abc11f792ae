"""The usual range of a day's figure, for bands, colours and messages.

The scripts of the charts implement the same rule (`data/norms.ts`); both use `TUNED` and are tested on the same cases
(`tests/reports/norm_cases.json`). Incidents are detected by another rule (`detection/`); the usual records of a day are
in `volumes.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.measures.measure import Better
from pipelines.incidents.incident import FURTHER, Incident

REFERENCE_DAYS: Final = 56
# Values further than this many spreads from the usual value are outside of the usual range. One normally distributed
# day in 370 is outside, so five figures raise a false alarm about once in ten weeks.
_FAR: Final = 3.0
# Converts the median distance of two days to a standard deviation, if days are normally distributed.
_OF_STEPS: Final = 1.4826 / sqrt(2)
# Reference days that a usual value needs: for a count, days of the same weekday; for a rate or latency, as many days as
# a baseline needs.
LEAST_WEEKDAYS: Final = 4
_LEAST_DAYS: Final = 7

# Passed to the scripts of the charts.
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


class DayValue(NamedTuple):
    """A value of a subject on a day; None if the day has no data."""

    subject: str
    day: date
    value: float | None
    # The denominator of a rate; None for a count or latency.
    requests: int | None
    # Whether the day counts for the usual range of later days.
    is_reference: bool
    # False for a day without a usual range, such as a holiday for a count. It does not count for later days.
    has_norm: bool = True
    is_latency: bool = False

    @property
    def kind(self) -> Kind:
        """`latency` if `is_latency`, else `count` if `requests` is None, else `rate`."""
        return "latency" if self.is_latency else "count" if self.requests is None else "rate"


Side = Literal["inside", "above", "below", "unknown"]


class DayNorm(NamedTuple):
    """A day with its value, its usual value and its usual range.

    `usual`, `low`, `high` and `swing` are None if the day has no norm, or if too few earlier days have a value.
    """

    kind: Kind
    day: date
    value: float | None
    # The denominator of a rate.
    requests: int | None
    usual: float | None
    low: float | None
    high: float | None
    # The spread that the differences between earlier days show; for a count, as a share of the count.
    swing: float | None

    @property
    def range(self) -> tuple[float, float] | None:
        """The low and the high end of the usual range; None if the day has none."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def side(self) -> Side:
        """The side of the usual range on which the value is; see `side_of_days`."""
        return side_of_days([self])


class IncidentDays:
    """The days of incidents by app, except of kind `further` and of the sign-in rate. Norms exclude these days."""

    def __init__(self, incidents: Iterable[Incident]) -> None:
        self._by_app: dict[str, list[Incident]] = defaultdict(list)
        for one in incidents:
            # Further kinds are no faults. The sign-in rate is of sessions; counts of records do not fall with it.
            if one.kind != FURTHER and one.metric != SIGN_IN:
                self._by_app[one.app_key].append(one)

    def has(self, app_key: str, channels: Sequence[str], day: date) -> bool:
        """Return whether an app had an incident on that day, in one of these channels or in all channels together."""
        return any(one.channel in ("*", *channels) and one.covers(day) for one in self._by_app[app_key])


def norms_of(days: Iterable[DayValue], last: int) -> dict[str, list[DayNorm]]:
    """Return the norms of the newest `last` days by subject, oldest first. All subjects must have equally many days."""
    subjects: dict[str, list[DayValue]] = defaultdict(list)
    for one in days:
        subjects[one.subject].append(one)
    found = {}
    for kind in _KINDS:
        some = {name: rows for name, rows in subjects.items() if rows[0].kind == kind}
        if some:
            values = np.array([[row.value for row in rows] for rows in some.values()], np.float64)
            requests = np.array([[row.requests for row in rows] for rows in some.values()], np.float64)
            is_reference = np.array(
                [[row.is_reference and row.has_norm for row in rows] for rows in some.values()], np.bool_
            )
            has_norm = np.array([[row.has_norm for row in rows[-last:]] for rows in some.values()], np.bool_)
            all_norms = _norms(kind, values, requests, is_reference, last)
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


def count_norms(counts: Numbers, is_reference: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the usual value of each count, and the low and high ends of its usual range, computed from the subject's
    earlier days that `is_reference` marks; nan if too few of these days have a value.

    All are grids with a row for each subject and a column for each day, oldest first; a count of nan: no data.
    """
    usual, low, high, _ = _norms("count", counts, counts, is_reference, counts.shape[1])
    return usual, low, high


def weekday_sums(values: Numbers) -> Numbers:
    """Return for each value the sum of the values on the same weekday in the eight weeks before; nan counts as 0.

    `values` is a grid with a row for each subject and a column for each day, oldest first.
    """
    found: Numbers = np.nansum(_weeks_before(values, values.shape[1])[..., ::7], axis=-1)
    return found


def side_of_days(rows: Sequence[DayNorm]) -> Side:
    """Return whether the values of some days of a subject, taken together, are below, inside or above the usual range.

    Return "unknown" if fewer than half of the days with a value have a usual range.
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
    # Days of the same weekday share their usual value, so its error does not average out.
    room = _FAR * spread * (sqrt(2) if len(known) > 1 else 1)
    change = ((value - usual) * weight).sum() / whole
    return "inside" if abs(change) <= room else "above" if change > 0 else "below"


def colour(side: Side, better: Better | None) -> Literal["good", "bad", ""]:
    """Return the colour of a figure; "" within its usual range, without one, or if neither direction is better."""
    if better is None or side not in ("above", "below"):
        return ""
    return "good" if (side == "above") is (better == "higher") else "bad"


def _norms(
    kind: Kind, values: Numbers, requests: Numbers, is_reference: npt.NDArray[np.bool_], last: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the usual value, low and high end of the range, and swing of the newest `last` days of subjects of one
    kind; each is a grid (subject, day).

    Only rates read `requests`.
    """
    # The usual value of a count is the median of its weekday, that of a rate or latency the median of all days. The
    # spread is computed from the difference between each day and the day before, or, for counts, the same weekday of
    # the week before. So a lasting change of level is only one large difference, and does not widen the range. The
    # spread of counts and rates is at least that of pure chance.
    is_count = kind == "count"
    before = _weeks_before(np.where(is_reference, values, np.nan), last)
    step, least = (7, LEAST_WEEKDAYS) if is_count else (1, _LEAST_DAYS)
    alike = before[..., ::step]
    usual = np.where(np.count_nonzero(~np.isnan(alike), axis=-1) >= least, _median(alike), np.nan)
    later, earlier = before[..., step:], before[..., :-step]
    steps = np.abs(later - earlier)
    if is_count:
        # The spread of a count grows with the count, so it is a share of the mean. Two days of 0 have no such share.
        mean = (later + earlier) / 2
        steps = np.divide(steps, mean, out=np.full_like(steps, np.nan), where=mean > 0)
    swing = _OF_STEPS * np.nan_to_num(_median(steps))
    if kind == "rate":
        now = requests[:, -last:]
        # A day without requests gets the range of a day with the median of requests.
        some = _weeks_before(np.where(is_reference & ~np.isnan(values) & (requests > 0), requests, np.nan), last)
        of = np.where(now > 0, now, _median(some))
        room = _FAR * np.maximum(swing, np.nan_to_num(np.sqrt(usual * (1 - usual) / of)))
        high = np.minimum(usual + room, 1)
    else:
        room = _FAR * (np.maximum(swing * usual, np.sqrt(np.maximum(usual, 1))) if is_count else swing)
        high = usual + room
    return usual, np.maximum(usual - room, 0), high, np.where(np.isnan(usual), np.nan, swing)


def _weeks_before(values: Numbers, last: int) -> Numbers:
    """Return the values of the eight weeks before each of the newest `last` days, as a grid (subject, day, day of the
    eight weeks); missing days are nan.
    """
    padded = np.pad(values, ((0, 0), (REFERENCE_DAYS, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, REFERENCE_DAYS, axis=1)
    return windows[:, :-1][:, -last:]


def _median(values: Numbers) -> Numbers:
    """Return the median of the last axis without nan; nan if all values are nan."""
    ordered = np.sort(values, axis=-1)
    known = np.count_nonzero(~np.isnan(values), axis=-1)[..., None]
    least = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, -1)
    most = np.take_along_axis(ordered, np.minimum(known // 2, values.shape[-1] - 1), -1)
    return ((least + most) / 2)[..., 0]
