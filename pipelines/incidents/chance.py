"""What is chance, when a day is held against the days before: how far they swing, and what is farther than that.

Lives here: the arithmetic alone. A deviation is in standard deviations of pure chance, were each record on its own;
days swing more, as an attempt leaves several records, and a workday is not a Sunday. How much more is learned from
them.
"""

from collections.abc import Callable, Iterable, Sequence
from math import copysign, log, sqrt
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

# Days with a false alarm by chance alone, were the days before a perfect guide.
_ALPHA = 0.0005
# Before any day is seen, the variance is taken for that of bursts, as if seen on so many days.
_PRIOR_DAYS = 8
# Bursts are of different size, and the large ones weigh more.
_UNEVEN = 1.4
# Of the days before, one in so many is left out. The rest has less variance than all.
_TRIMMED = 14
_OF_TRIMMED = 1.35


def far_of(number: int) -> float:
    """The normal deviation that is no chance where so many are looked at each day."""
    return NormalDist().inv_cdf(1 - _ALPHA / 2 / max(number, 1))


def without_strangest(days: Iterable[T], deviation: Callable[[T], float]) -> list[T]:
    """The days but for the strangest: of a past day that was wrong, nothing is to be learned."""
    by_strangeness = sorted(days, key=lambda day: abs(deviation(day)))
    return by_strangeness[: len(by_strangeness) - len(by_strangeness) // _TRIMMED]


def variance_of_bursts(size: float) -> float:
    """The variance of a count in that of pure chance, where records come in bursts of a mean size."""
    return 1 + _UNEVEN * (size - 1)


def as_normal(squared: float, deviations: Sequence[float], bursts: float) -> float:
    """How far a day is, as a normal deviation, beside days that swing.

    Args:
        squared: the day's deviation, squared.
        deviations: those of the days before, the strangest left out.
        bursts: the variance before any day is seen.
    """
    seen = sum(one**2 for one in deviations) * _OF_TRIMMED
    variance = (_PRIOR_DAYS * bursts + seen) / (_PRIOR_DAYS + len(deviations))
    # The variance is itself known but roughly: a t value, as the normal one that is as improbable.
    freedom = _PRIOR_DAYS + len(deviations) - 1
    return sqrt(freedom * log(1 + squared / variance / freedom))


def binomial_deviation(k: float, n: float, share: float) -> float:
    """How far `k` of `n` is from its share: the signed root of the deviance, which holds for few records, too."""
    expected = n * share
    deviance = (k * log(k / expected) if k else 0.0) + ((n - k) * log((n - k) / (n - expected)) if k < n else 0.0)
    return copysign(sqrt(max(2 * deviance, 0.0)), k - expected)
