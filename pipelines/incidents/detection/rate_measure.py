"""The measure of rates: the share of successes, and how unlikely a fall is given how the subject's own days vary."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pipelines.incidents.detection.baselines import Figure, Sums
from pipelines.incidents.detection.grids import Flags, Floats
from pipelines.incidents.detection.tails import times_log

# Prior for the variation of a subject's days beyond chance, as a standard deviation, and its weight in days. Tuned on
# simulated day tables: 0.005 reported two more false falls.
_RATE_SWING: Final = 0.0075
_PRIOR_DAYS: Final = 6.0


class RateMeasure:
    """Requests and their successes by day, compared with the rate of the baseline.

    Args:
        requests: by day and subject, such as requests without bursts of failed ones (`without_bursts` in
            `subjects.py`), or sessions.
        successes: of the same days and subjects.
        with_bursts: all requests, if `requests` is without bursts.
    """

    def __init__(self, requests: Floats, successes: Floats, with_bursts: Floats | None = None) -> None:
        self.has_data = requests > 0
        self._counts = {"n": requests, "k": successes, "squares": _squares(successes, requests)}
        self.ends_by: tuple[Figure, ...] = (self.fall,)
        if with_bursts is not None:
            self._counts["with bursts"] = with_bursts
            self.ends_by += (self._fall_with_bursts,)

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return requests `n`, successes `k`, `squares` for the variation between days, and requests `with bursts`."""
        return {name: counts[:, rows] for name, counts in self._counts.items()}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return how far the rate is under its baseline, as a difference between two rates."""
        return base("k") / base("n") - seen("k") / seen("n")

    def _fall_with_bursts(self, base: Sums, seen: Sums) -> Floats:
        return base("k") / base("with bursts") - seen("k") / seen("with bursts")

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Return the successes that the baseline's rate would have given, less the actual ones."""
        return (base("k") / base("n")) * seen("n") - seen("k")

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return how unlikely the fall is, as a normal deviation: from the likelihood ratio of two binomials, which is
        also valid for few requests.
        """
        n, k, base_n, base_k = seen("n"), seen("k"), base("n"), base("k")
        both = (k + base_k) / (n + base_n)
        log_likelihood_ratio = np.zeros(n.shape)
        for hits, of in ((k, n), (base_k, base_n)):
            log_likelihood_ratio += times_log(hits, of * both) + times_log(of - hits, of * (1 - both))
        # Variation between the days of the baseline, in units of the variance of pure chance.
        share = (base_k + 0.5) / (base_n + 1)
        variance = share * (1 - share)
        swing = (base("squares") - 2 * share * base_k + share**2 * base_n) / variance
        # A rate near 0 or 1 cannot vary by more than its distance from that limit.
        known = np.minimum(_RATE_SWING, np.minimum(share, 1 - share))
        prior = 1 + known**2 * base_n / base("days") / variance
        return _as_normal(log_likelihood_ratio * (k / n < base_k / base_n), swing, base("days") - 1, prior)


def _squares(counts: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of > 0, counts**2 / of, 0.0)


def _as_normal(log_likelihood_ratio: Floats, swing: Floats, days: Floats, prior: Floats) -> Floats:
    """Convert the logarithm of a likelihood ratio to a normal deviation of equal probability, given how the days vary.

    Args:
        log_likelihood_ratio: logarithm of the likelihood ratio if requests were independent.
        swing: variation between the days of the baseline, summed, in units of the variance of pure chance.
        days: degrees of freedom of `swing`.
        prior: expected variation of one day before any data, in the same units.
    """
    freedom = days + _PRIOR_DAYS
    # Days never vary less than chance.
    variance = np.maximum((np.maximum(swing, 0.0) + _PRIOR_DAYS * prior) / freedom, 1.0)
    # The variance is an estimate itself, so the value is a t value.
    return np.asarray(np.sqrt(freedom * np.log1p(2 * np.maximum(log_likelihood_ratio, 0.0) / variance / freedom)))
