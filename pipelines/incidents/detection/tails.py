"""Computes how unlikely counts are given their norm, as normal deviations (z-scores)."""

import numpy as np

from pipelines.incidents.detection.grids import Floats


def lower_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return how unlikely this count or less is, as a normal deviation (z-score; positive, larger is less likely).

    It is 0 if the count is above the mean, or at most 0.5 below it. The count has a negative binomial distribution of
    variance mean + spread × mean².
    """
    middle = count + 0.5
    return np.where(middle < mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def upper_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return how unlikely this count or more is, as a normal deviation (see `lower_tail`). It is 0 if the count is
    below the mean, or at most 0.5 above it.
    """
    middle = count - 0.5
    return np.where(middle > mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def of_few_days(deviation: Floats, days: Floats) -> Floats:
    """Convert a t value (`deviation`) to a normal deviation of about the same probability. `days` is the number of days
    from which the spread of the t value was estimated.
    """
    return np.asarray(np.sqrt(days * np.log1p(deviation**2 / days)))


def times_log(count: Floats, expected: Floats) -> Floats:
    """Return `count * log(count / expected)`, a term of a log likelihood; 0 for a count of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, count * np.log(count / expected), 0.0)


def _saddlepoint(middle: Floats, mean: Floats, spread: Floats) -> Floats:
    # The saddlepoint approximation for integers (Daniels 1987, with the second continuity correction) in the form of
    # Barndorff-Nielsen. From a mean of 10 on, deviations above 0 differ from the exact ones by about 0.02 at most.
    size = 1 / spread
    distance = times_log(middle, mean) - (middle + size) * np.log((1 + spread * middle) / (1 + spread * mean))
    slope = np.log(mean * (size + middle) / (middle * (size + mean)))
    root = np.sqrt(2 * np.maximum(distance, 0.0))
    pace = 2 * np.sinh(np.abs(slope) / 2) * np.sqrt(middle * (1 + spread * middle))
    return np.asarray(root + np.log(pace / root) / root)
