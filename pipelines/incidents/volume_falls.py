"""The measure of volumes: requests of a day, beside those of its weekday."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipelines.incidents.falls import BASELINE_DAYS, Flags, Floats, Sums
from pipelines.incidents.swing import as_normal

# Before any is seen, a subject's days are taken to differ by so much beyond chance.
_PRIOR_SWING: Final = 0.1
_WEEK: Final = 7


class VolumeMeasure:
    """Volumes of subjects, by day.

    Args:
        volumes: 0 where a subject had no request.
        has_data: the days on which there were logs, and the subject had begun.
        each: requests that a device of the subject makes on a day: these come together, so that chance swings by as
            much more.
    """

    def __init__(self, volumes: Floats, has_data: Flags, each: Floats) -> None:
        self.has_data = has_data
        counted = np.where(has_data, volumes, 0.0)
        usual = _usual(counted)
        least = usual.copy()
        for days in range(1, _WEEK):
            np.minimum(least[days:], usual[:-days], out=least[days:])
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.where(usual > 0, counted**2 / usual, 0.0)
        self.values = {
            "volume": counted, "usual": usual * has_data, "least": least * has_data, "volume squares": squares,
            "each": each * has_data,
        }  # fmt: skip

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How much of the usual volume is missing."""
        return 1 - seen["volume"] / (base["volume"] / base["usual"] * seen["usual"])

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Requests that would have been."""
        return base["volume"] / base["usual"] * seen["usual"] - seen["volume"]

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """By the likelihood ratio of two counts. A holiday may look like any weekday: what is not under the least of
        them did not fall."""
        volume, base_volume, days = seen["volume"], base["volume"], base["days"]
        level, weight = base_volume / base["usual"], base["usual"] / seen["least"]
        both = (volume + base_volume) / (1 + weight)
        squared = 2 * np.maximum(_surprise(volume, both) + _surprise(base_volume, both * weight), 0.0)
        swing = base["volume squares"] / level - base_volume
        prior = base["each"] / days + _PRIOR_SWING**2 * base_volume / days
        return as_normal(squared * (volume < level * seen["least"]), swing, days - 1, prior)

    def norms(self, subject: int, baseline: Sequence[int], places: Sequence[int]) -> Floats:
        """What the baseline of a subject has it have on each of some days."""
        known = np.array(baseline)
        volumes = self.values["volume"][known, subject]
        same = [(known - place) % _WEEK == 0 for place in places]
        return np.array([volumes[of_weekday if of_weekday.any() else slice(None)].mean() for of_weekday in same])


def _usual(volumes: Floats) -> Floats:
    """The part of an average day that each day usually has: that of its weekday, in the four weeks before. Days without
    a request, as of a stop, count for neither.
    """
    sums = []
    for counts in (volumes, (volumes > 0).astype(float)):
        of_all, of_weekday = np.zeros((2, *volumes.shape))
        of_all[1:] = np.cumsum(counts, axis=0)[:-1]
        of_all[BASELINE_DAYS + 1 :] -= of_all[1:-BASELINE_DAYS].copy()
        for days in range(_WEEK, BASELINE_DAYS + 1, _WEEK):
            of_weekday[days:] += counts[:-days]
        sums += [of_all, of_weekday]
    all_volume, volume, all_seen, seen = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        part = volume / np.maximum(seen, 1) / (all_volume / all_seen)
    # In the first week no weekday is known, and after four weeks of silence none is any more.
    part[:_WEEK] = 1
    return np.where(all_volume > 0, part, 1.0)


def _surprise(count: Floats, expected: Floats) -> Floats:
    return np.where(count > 0, count * np.log(count / expected), 0.0) - (count - expected)
