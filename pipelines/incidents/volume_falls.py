"""The measure of volumes: requests of a day, beside those of its weekday."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from pipelines.incidents.falls import Flags, Floats, Sums
from pipelines.incidents.swing import as_normal

# Before any is seen, a subject's days are taken to differ by so much beyond chance.
_PRIOR_SWING: Final = 0.1
_WEEKDAYS: Final = range(7)


class VolumeMeasure:
    """Volumes of subjects, by day.

    Args:
        volumes: 0 where a subject had no request.
        has_data: the days on which there were logs, and the subject had begun.
        days: of the rows.
        each: requests that a device of the subject makes on a day: these come together, so that chance swings by as
            much more.
    """

    def __init__(self, volumes: Floats, has_data: Flags, days: Sequence[date], each: Floats) -> None:
        self.has_data = has_data
        each_day = np.broadcast_to(each, volumes.shape)
        weekdays = np.array([day.weekday() for day in days])
        counted = np.where(has_data, volumes, 0.0)
        self.values = {"volume": counted, "squares": counted**2, "each": each_day * has_data}
        for weekday in _WEEKDAYS:
            is_it = (weekdays == weekday)[:, None]
            self.values[f"volume {weekday}"] = counted * is_it
            self.values[f"days {weekday}"] = has_data * is_it.astype(float)

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """How much of the usual volume is missing."""
        return 1 - seen["volume"] / self._usual(base, seen)

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Requests that would have been."""
        return self._usual(base, seen) - seen["volume"]

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """By the likelihood ratio of two counts. A holiday may look like any weekday: what is not under the least of
        them did not fall."""
        usual = np.minimum.reduce([_norm(base, weekday) for weekday in _WEEKDAYS]) * seen["days"]
        weight = base["volume"] / np.maximum(usual, 1e-9)
        both = (seen["volume"] + base["volume"]) / (1 + weight)
        squared = (
            (seen["volume"] < usual)
            * 2
            * np.maximum(_surprise(seen["volume"], both) + _surprise(base["volume"], both * weight), 0.0)
        )
        swing, freedom = np.zeros_like(usual), base["days"].copy()
        per_day = base["volume"] / base["days"]
        explained = np.zeros_like(usual)
        for weekday in _WEEKDAYS:
            volume, days = base[f"volume {weekday}"], base[f"days {weekday}"]
            explained += np.where(days > 0, volume**2 / np.maximum(days, 1), 0.0)
            freedom -= days > 0
        swing = np.maximum(base["squares"] - explained, 0.0) / np.maximum(per_day, 1e-9)
        return as_normal(
            squared, swing, np.maximum(freedom, 0.0), base["each"] / base["days"] + _PRIOR_SWING**2 * per_day
        )

    def norms(self, subject: int, baseline: Sequence[int], places: Sequence[int]) -> Floats:
        """What the baseline of a subject has it have on each of some days."""
        known = list(baseline)
        volumes = self.values["volume"][known, subject]
        found = []
        for place in places:
            same = [volume for day, volume in zip(known, volumes, strict=True) if (day - place) % 7 == 0]
            found.append(np.mean(same) if same else volumes.mean())
        return np.array(found)

    def _usual(self, base: Sums, seen: Sums) -> Floats:
        """What as many days of the same weekdays usually have."""
        usual = np.zeros_like(seen["days"])
        for weekday in _WEEKDAYS:
            days = seen[f"days {weekday}"]
            if days.any():
                usual += _norm(base, weekday) * days
        return usual


def _norm(base: Sums, weekday: int) -> Floats:
    """The mean of a weekday; of one that was not seen yet, that of all days."""
    days = base[f"days {weekday}"]
    return np.where(days > 0, base[f"volume {weekday}"] / np.maximum(days, 1), base["volume"] / base["days"])


def _surprise(count: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, count * np.log(count / expected), 0.0) - (count - expected)
