"""Tail probabilities of counts given their norm, as normal deviations."""

import numpy as np

from pipelines.incidents.detection.grids import Floats


def lower_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return the probability of this count or less, as a normal deviation; 0 if the count is not below the norm.

    The count has a negative binomial distribution of variance mean + spread mean². Computed by the saddlepoint
    approximation for integers (Daniels 1987, with the second continuity correction) in the form of Barndorff-Nielsen:
    within 0.02 of the exact tail from a mean of 10 on.
    """
    middle = count + 0.5
    return np.where(middle < mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def upper_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return the probability of this count or more, as a normal deviation; 0 if the count is not above the norm."""
    middle = count - 0.5
    return np.where(middle > mean, np.maximum(_saddlepoint(middle, mean, spread), 0.0), 0.0)


def of_few_days(deviation: Floats, days: Floats) -> Floats:
    """Return the normal deviation with the same probability as this t value, given the number of days from which its
    spread was estimated.
    """
    return np.asarray(np.sqrt(days * np.log1p(deviation**2 / days)))


def times_log(count: Floats, expected: Floats) -> Floats:
    """Return `count * log(count / expected)`, a term of a log likelihood; 0 for a count of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, count * np.log(count / expected), 0.0)


def _saddlepoint(middle: Floats, mean: Floats, spread: Floats) -> Floats:
    size = 1 / spread
    distance = times_log(middle, mean) - (middle + size) * np.log((1 + spread * middle) / (1 + spread * mean))
    slope = np.log(mean * (size + middle) / (middle * (size + mean)))
    root = np.sqrt(2 * np.maximum(distance, 0.0))
    pace = 2 * np.sinh(np.abs(slope) / 2) * np.sqrt(middle * (1 + spread * middle))
    return np.asarray(root + np.log(pace / root) / root)
