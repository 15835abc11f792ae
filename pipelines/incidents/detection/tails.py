"""How unlikely a count is beside its norm, as a normal deviation."""

import numpy as np

from pipelines.incidents.detection.grids import Floats


def lower_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """The chance of a count or less under a negative binomial of variance mean + spread mean², as a normal deviation; 0
    for a count that is no fall.

    The saddlepoint approximation for whole numbers (Daniels 1987, with the second continuity correction) in the form of
    Barndorff-Nielsen: within 0.02 of the exact tail from a mean of 10 on.
    """
    middle = count + 0.5
    return np.where(middle < mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def upper_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """The same of a count or more; 0 for a count that is no rise."""
    middle = count - 0.5
    return np.where(middle > mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def of_few_days(deviation: Floats, days: Floats) -> Floats:
    """A normal deviation of a spread that is known from so many days only: a t value, as the normal one that is as
    improbable.
    """
    return np.asarray(np.sqrt(days * np.log1p(deviation**2 / days)))


def times_log(count: Floats, expected: Floats) -> Floats:
    """A term of a log likelihood: 0 where nothing was counted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, count * np.log(count / expected), 0.0)


def _saddlepoint(middle: Floats, mean: Floats, spread: Floats) -> Floats:
    size = 1 / spread
    distance = times_log(middle, mean) - (middle + size) * np.log((1 + spread * middle) / (1 + spread * mean))
    slope = np.log(mean * (size + middle) / (middle * (size + mean)))
    root = np.sqrt(2 * np.maximum(distance, 0.0))
    pace = 2 * np.sinh(np.abs(slope) / 2) * np.sqrt(middle * (1 + spread * middle))
    return np.asarray(root + np.log(pace / root) / root)
