"""Decides when an incident of a rate opens and ends, by its definition, from the exact counts of one subject's days."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lab.incidents.days import Flags, Floats, Ints
from lab.incidents.tally import Series

State = Literal["open", "recovered", "settled"]

LONGEST = 28
BASELINE = (7, 28)
LEAST_FALL = 0.02
LEAST_LOST = 8
WINDOW = 7


@dataclass(frozen=True)
class Reading:
    """One interpretation of the definition: values for the parameters that it leaves open.

    Attributes:
        swing: factor of the measured swing between days.
        rare: how unlikely a fall must be, as a number of standard deviations.
        nearer: largest distance of a recovered day to the baseline, as a part of the fall.
    """

    swing: float = 1.0
    rare: float = 4.0
    nearer: float = 0.5


# If all of these agree, the truth does not depend on the reading of the definition.
READINGS = (
    Reading(),
    Reading(swing=0.7),
    Reading(swing=1.6, rare=4.5),
    Reading(nearer=0.4),
    Reading(nearer=0.6),
)


@dataclass(frozen=True)
class Course:
    """The days, state, levels and loss of an incident.

    `first_day` and `last_day` are indexes of days; `last_day` is None while the incident is open.
    """

    first_day: int
    last_day: int | None
    state: State
    level_before: float
    level_during: float
    lost_total: float


def deviance(requests: float, successes: float, level: float) -> float:
    """Return how unlikely so few successes are if each request succeeds with the chance `level`.

    The result is a likelihood ratio statistic: the square of a number of standard deviations. It is 0 if the successes
    are not too few.
    """
    if not requests or successes >= requests * level:
        return 0.0
    failures = requests - successes
    found = failures * math.log(failures / (requests * (1 - level)))
    return 2 * (found + (successes * math.log(successes / (requests * level)) if successes else 0.0))


def first_course(series: Series, usable: Flags, start: int, reading: Reading) -> Course | None:
    """Return the first incident that opens on the day with index `start` or later; None if there is none.

    `usable` marks the days with data.
    """
    for day in range(start, len(usable)):
        for length in (1, WINDOW):
            first = _opening(series, usable, day, length, reading)
            if first is not None:
                return _course(series, usable, first, reading)
    return None


def baseline_days(usable: Flags, before: int) -> Ints:
    """Return the indexes of the newest usable days before the day with index `before`, at most 28."""
    return np.flatnonzero(usable[:before])[-BASELINE[1] :]


def _opening(series: Series, usable: Flags, day: int, length: int, reading: Reading) -> int | None:
    """Return the index of an incident's first day if the `length` days up to `day` show an incident, else None."""
    begin = day - length + 1
    clean = baseline_days(usable, begin)
    if len(clean) < BASELINE[0] or not series.requests[clean].sum():
        return None
    level = float(series.successes[clean].sum() / series.requests[clean].sum())
    requests, successes = series.requests[begin : day + 1], series.successes[begin : day + 1]
    fallen = _fallen(float(requests.sum()), float(successes.sum()), level)
    if not fallen or not 0 < level < 1:
        return None
    spread = max(1.0, _spread(series, clean, level)) * reading.swing
    tails = [
        math.sqrt(deviance(float(requests[place:].sum()), float(successes[place:].sum()), level) / spread)
        for place in range(length)
    ]
    return begin + int(np.argmax(tails)) if tails[0] > reading.rare else None


def _fallen(requests: float, successes: float, level: float) -> bool:
    lost = requests * level - successes
    return requests > 0 and lost >= LEAST_LOST and lost / requests >= LEAST_FALL


def _spread(series: Series, clean: Ints, level: float) -> float:
    """Return the variance of the clean days, as a multiple of the variance that chance alone gives."""
    requests, successes = series.requests[clean], series.successes[clean]
    kept: Floats = requests * level
    variance = kept * (1 - level)
    some = requests > 0
    return float(((successes - kept)[some] ** 2 / variance[some]).sum() / max(1, some.sum() - 1))


def _course(series: Series, usable: Flags, first: int, reading: Reading) -> Course:
    clean = baseline_days(usable, first)
    before = float(series.successes[clean].sum() / series.requests[clean].sum())
    last, state = _end(series, usable, first, before, reading)
    during = np.zeros(len(usable), dtype=bool)
    during[first : (len(usable) if last is None else last + 1)] = True
    during &= usable
    lost = float(series.requests[during].sum() * before - series.successes[during].sum())
    return Course(first, last, state, before, series.level(during), lost)


def _end(series: Series, usable: Flags, first: int, before: float, reading: Reading) -> tuple[int | None, State]:
    """Return the last day and the state of the incident that begins on `first`. The last day is None while it is open.

    An incident ends before two days in a row with a rate nearer to the baseline than to the incident's level, or after
    28 days.
    """
    requests = successes = 0.0
    back = 0
    not_back = first
    for day in range(first, len(usable)):
        if day - first >= LONGEST:
            return first + LONGEST - 1, "settled"
        if not usable[day] or not series.requests[day]:
            continue
        rate = series.successes[day] / series.requests[day]
        if requests and rate >= before - (before - successes / requests) * reading.nearer:
            back += 1
            if back == 2:
                return not_back, "recovered"
            continue
        back, not_back = 0, day
        requests += series.requests[day]
        successes += series.successes[day]
    return None, "open"
