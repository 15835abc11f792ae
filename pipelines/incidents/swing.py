"""How far is far, where days swing more than chance alone would have them."""

from typing import Final

import numpy as np

from pipelines.incidents.falls import Floats

# What is taken for the swing before any day is seen counts as so many days.
_PRIOR_DAYS: Final = 6.0


def as_normal(squared: Floats, swing: Floats, days: Floats, prior: Floats) -> Floats:
    """A deviation beside days that swing, as the normal one that is as improbable.

    Args:
        squared: the deviation, squared, were each request on its own.
        swing: the same of the days of the baseline, summed.
        days: how many of these can differ.
        prior: the swing of one day, before any is seen.
    """
    freedom = days + _PRIOR_DAYS
    # Days never swing less than chance.
    variance = np.maximum((np.maximum(swing, 0.0) + _PRIOR_DAYS * prior) / freedom, 1.0)
    # The variance is itself known but roughly: a t value.
    return np.asarray(np.sqrt(freedom * np.log1p(squared / variance / freedom)))
