"""The measure of volumes: the norm of a weekday, and how unlikely a volume under the norm is."""

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np

from pipelines.incidents.detection.baselines import BASELINE_DAYS, LEAST_BASELINE_DAYS, WEEK, Figure, Sums
from pipelines.incidents.detection.grids import Flags, Floats, add_up, day_before, sums_before
from pipelines.incidents.detection.tails import lower_tail, of_few_days

# Contract: a weekday with fewer clean days than `LEAST_WEEKDAYS` has the norm of all days. Days with a norm below
# `LEAST_NORM` are not watched.
LEAST_WEEKDAYS: Final = 2
LEAST_NORM: Final = 10.0
# Requests of a device, part or volume beyond this many times the usual number are a burst, and are not used for norms
# and rates. Smaller excesses are normal: when sign-in fails, people try again.
BURST: Final = 1.5
# Days of one weekday in a full baseline.
_USUAL_WEEKDAYS: Final = BASELINE_DAYS / WEEK
# Replaces a spread of 0, which would divide by zero. With it, the negative binomial practically equals the Poisson
# distribution.
_LEAST_SPREAD: Final = 1e-9


class VolumeMeasure:
    """Requests or records of a day, compared with the norm of its weekday.

    Args:
        volumes: counts by day and subject, 0 if none.
        has_data: days on which a usual volume is expected. For the requests of an app, these are the days with logs
            from its first request on, without holidays.
    """

    # Whether a day of an unknown weekday is compared only if it is under all days before it.
    is_cautious: ClassVar[bool] = True

    def __init__(self, volumes: Floats, has_data: Flags) -> None:
        self.has_data = has_data
        self.ends_by: tuple[Figure, ...] = (self.fall,)
        self.volumes = np.where(has_data, volumes, 0.0)

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return the `volume` of each day, its `norm`, and the terms from which `spread` estimates the variance."""
        volume = self.volumes[:, rows]
        norms = Norms(clean)
        is_young, counted = norms.is_young, norms.of_weekday
        usual = np.where(is_young, volume, np.minimum(volume, BURST * norms.of(volume)))
        norm, is_unknown = norms.of(usual), counted < LEAST_WEEKDAYS
        # Such a day can be a fall only if it is under all days before it. Otherwise its norm is its own volume.
        is_skipped = is_unknown & (volume >= _least_before(volume, clean)) if self.is_cautious else False
        known = np.where(is_skipped, volume, norm)
        # A norm of two or three days is less certain than one of four, the number in a full baseline.
        few = np.where(is_unknown, 0.0, np.maximum(1 / np.maximum(counted, 1) - 1 / _USUAL_WEEKDAYS, 0.0))
        has_norm = clean & ~is_young
        over, usual_norm = (np.where(has_norm, of, 0.0) for of in (usual - norm, norm))
        # Summed over the days of a baseline, `beyond` / `known squares` is the variance that chance does not explain,
        # relative to the squared norm. `in a row` / `row squares` is the covariance of consecutive days, relative to
        # the product of their norms. Days without a norm have the `young` terms instead, which `spread` compares with
        # the mean of the baseline.
        return {
            "volume": volume,
            "norm": known,
            "norm squares": known**2 * (1 + few),
            "norm error": known * few,
            "beyond": np.where(is_young, 0.0, (usual - norm) ** 2 - norm),
            "known squares": np.where(is_young, 0.0, norm**2),
            "in a row": over * day_before(over),
            "row squares": usual_norm * day_before(usual_norm),
            "young volume": volume * is_young,
            "young squares": volume**2 * is_young,
            "young days": is_young.astype(float),
        }

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return the missing share of the norm."""
        return 1 - seen("volume") / seen("norm")

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Return the requests missing from the norm."""
        return seen("norm") - seen("volume")

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return how unlikely the volume is, as a normal deviation: the lower tail of a negative binomial with the norm
        as its mean. Return 0 if the norm is below `LEAST_NORM` a day.
        """
        mean = seen("norm")
        tail = of_few_days(lower_tail(seen("volume"), mean, spread(base, seen)), base("days"))
        return np.where(mean >= LEAST_NORM * seen("days"), tail, 0.0)


def spread(base: Sums, seen: Sums) -> Floats:
    """Return by how much the variance of the volume exceeds that of pure chance, divided by the squared norm."""
    level, young = base("volume") / base("days"), base("young days")
    beyond = base("beyond") + base("young squares") - 2 * level * base("young volume") + young * (level**2 - level)
    swing = np.maximum(beyond, 0.0) / (base("known squares") + young * level**2)
    # Consecutive days vary together, because levels drift: this part does not average out over a week.
    shared = np.maximum(base("in a row"), 0.0) / np.maximum(base("row squares"), 1.0)
    of_days = swing * seen("norm squares") + seen("norm error")
    of_pairs = np.minimum(shared, swing) * (seen("norm") ** 2 - seen("norm squares"))
    return np.maximum((of_days + np.maximum(of_pairs, 0.0)) / seen("norm") ** 2, _LEAST_SPREAD)


class Norms:
    """The norm of each day (rows) and subject (columns): a mean over the last `BASELINE_DAYS` clean days before it.

    `of_weekday` is the number of these clean days that have the same weekday. `is_young` marks days with too few clean
    days before them for a norm.
    """

    def __init__(self, clean: Flags) -> None:
        days, subjects = clean.shape
        self._clean, found = clean, sums_before(clean.astype(float))
        places = np.argsort(~clean, axis=0, kind="stable")
        ends = np.broadcast_to(np.arange(days)[:, None], (days, subjects))
        starts = np.take_along_axis(places, np.maximum(found[:-1] - BASELINE_DAYS, 0).astype(np.int64), axis=0)
        self._starts = np.minimum(starts, ends)
        # The first day of the same weekday in the baseline.
        self._weekday_starts = self._starts + (ends - self._starts) % WEEK
        self._there, self.of_weekday = self._since(found), self._same_weekday(clean.astype(float))
        self.is_young = self._there < LEAST_BASELINE_DAYS

    def of(self, volume: Floats) -> Floats:
        """Return the norm of each day: the mean volume of the baseline's days with the same weekday, or of all its days
        if fewer than `LEAST_WEEKDAYS` have this weekday. Return 0 for days without a clean day before them.
        """
        counted = volume * self._clean
        is_unknown = self.of_weekday < LEAST_WEEKDAYS
        with np.errstate(divide="ignore", invalid="ignore"):
            of_all = self._since(sums_before(counted)) / self._there
            norm = np.where(is_unknown, of_all, self._same_weekday(counted) / self.of_weekday)
        return np.where(self._there > 0, norm, 0.0)

    def _since(self, sums: Floats) -> Floats:
        return np.asarray(sums[:-1] - np.take_along_axis(sums, self._starts, axis=0))

    def _same_weekday(self, of: Floats) -> Floats:
        days, subjects = of.shape
        by_weekday = add_up(of, np.zeros((days + WEEK, subjects)), WEEK)
        return np.asarray(by_weekday[:days] - np.take_along_axis(by_weekday, self._weekday_starts, axis=0))


def _least_before(volume: Floats, clean: Flags) -> Floats:
    """Return the smallest volume of the clean days before each day; infinity if no earlier day is clean."""
    least = np.minimum.accumulate(np.where(clean, volume, np.inf), axis=0)
    return np.concatenate([np.full((1, volume.shape[1]), np.inf), least[:-1]])
