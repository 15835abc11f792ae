"""The watched subjects, as grids by day: rates and volumes of apps and channels.

Decides which of a day's requests count. The rates are declared in `contract/measures/metrics.py`; the measures of the
counts are in `rate_measure.py` and `volume_measure.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.measures.metrics import metric
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.incidents.detection.falls import LEAST_LOST
from pipelines.incidents.detection.grids import Flags, Floats, Places, sums_before
from pipelines.incidents.detection.volume_measure import BURST
from pipelines.incidents.incident import ALL

COUNTED: Final = (
    "authorization_requests", "authorizations", "authorizations_cancelled", "verification_requests", "verifications",
    "devices",
)  # fmt: skip
"""The columns of `channel_daily` that are read."""
# The key of each subject, such as its metric, app and channel, and an array of counts by count, day and subject.
Watched = tuple[list[tuple[str, ...]], Floats]


@dataclass(frozen=True)
class DayCounts:
    """Counts of each app and channel by day.

    `keys` has app and channel of each subject, in order. `grids` has, by the name of each count, a grid of days (rows)
    and subjects (columns).
    """

    keys: list[tuple[str, ...]]
    grids: Mapping[str, Floats]

    def of(self, terms: str, subjects: Places) -> Floats:
        """Return a count, or a difference such as `requests - cancelled`, of the subjects at these indexes."""
        first, *less = (self.grids[name].take(subjects, axis=1) for name in terms.split(" - "))
        return sum((-one for one in less), first)


def day_counts(channel_daily: pl.DataFrame, days: Sequence[date]) -> DayCounts:
    """Return the counts of every app and channel.

    Args:
        channel_daily: day, app_key, channel and the columns `COUNTED`.
        days: days of the grid, without a gap.
    """
    keys, grids = by_day(channel_daily.select("day", "app_key", "channel", *COUNTED), ("app_key", "channel"), days)
    return DayCounts(keys, dict(zip(COUNTED, grids, strict=True)))


def watched_rates(counts: DayCounts, names: Sequence[str]) -> Watched:
    """Return the requests, successes and devices of each rate in `names`: by app and channel, and by channel over all
    apps.

    Apps and channels with too few requests for a reportable loss are left out. For rates that are better lower, the
    requests that are not in the numerator count as successes.
    """
    named, found = [], []
    channels = [channel for _, channel in counts.keys]
    # The columns of a channel are taken first, because the grids of all channels are far larger.
    places = {channel: np.flatnonzero([of == channel for of in channels]) for channel in sorted(set(channels))}
    for name in names:
        rate = metric(name)
        for channel, there in places.items():
            if not rate.is_watched_in(channel):
                continue
            requests, successes = counts.of(rate.denominator, there), counts.of(rate.numerator, there)
            if rate.better == "lower":
                successes = requests - successes
            busy = np.flatnonzero(requests.sum(axis=0) >= LEAST_LOST)
            if len(busy):
                devices = counts.of("devices", there) * (requests > 0)
                grids = np.empty((3, len(requests), len(busy) + 1))
                for grid, of_all in zip(grids, (requests, successes, devices), strict=True):
                    grid[:, :-1] = of_all.take(busy, axis=1)
                    # A device in two apps counts twice in the sum, on every day alike.
                    grid[:, -1] = of_all.sum(axis=1)
                found.append(grids)
                named += [(name, *counts.keys[place]) for place in there[busy]] + [(name, ALL, channel)]
    return named, np.concatenate(found, axis=2) if found else np.zeros((3, 1, 0))


@dataclass(frozen=True)
class Volumes:
    """Requests of apps, and of the channels of apps with several channels, by day (rows) and subject (columns)."""

    # App and channel of each subject.
    keys: list[tuple[str, ...]]
    requests: Floats
    # The sign-in requests that users did not cancel, and the successful ones among them.
    technical: Floats
    successes: Floats
    devices: Floats
    has_logs: Flags
    # Whether a volume is expected: the day has logs, is no holiday, and is not before the subject's first request.
    has_norm: Flags


def watched_volumes(counts: DayCounts, has_logs: Flags, is_holiday: Flags) -> Volumes:
    """Return the volumes of the subjects that are large enough for a reportable loss."""
    rate = metric(TECHNICAL)
    requests = counts.grids["authorization_requests"] + counts.grids["verification_requests"]
    # The keys are sorted, so the channels of an app are adjacent. Channels without a request are left out.
    there = np.flatnonzero(requests.any(axis=0))
    named = [counts.keys[place] for place in there]
    is_login = np.array([channel in LOGIN_CHANNELS for _, channel in named], dtype=float)
    firsts = [place for place, (app_key, _) in enumerate(named) if not place or app_key != named[place - 1][0]]
    channels = np.diff([*firsts, len(named)])

    def of_channels_and_apps(own: Floats) -> tuple[Floats, Floats]:
        return own, np.add.reduceat(own, firsts, axis=1) if firsts else own

    of_channels, of_apps = of_channels_and_apps(requests.take(there, axis=1))
    parts = np.flatnonzero((of_channels.sum(axis=0) >= LEAST_LOST) & np.repeat(channels > 1, channels))
    wholes = np.flatnonzero(of_apps.sum(axis=0) >= LEAST_LOST)
    keys = [*((named[firsts[place]][0], ALL) for place in wholes), *(named[place] for place in parts)]

    def of_subjects(own: Floats, apps: Floats) -> Floats:
        return np.concatenate([apps.take(wholes, axis=1), own.take(parts, axis=1)], axis=1)

    requests = of_subjects(of_channels, of_apps)
    technical, successes = (counts.of(terms, there) * is_login for terms in (rate.denominator, rate.numerator))
    technical, successes, devices = (
        of_subjects(*of_channels_and_apps(own)) for own in (technical, successes, counts.of("devices", there))
    )
    # A subject begins with its first request.
    has_norm = (sums_before(requests)[1:] > 0) & (has_logs & ~is_holiday)[:, None]
    return Volumes(keys, requests, technical, successes, devices, has_logs, has_norm)


def by_day(counts: pl.DataFrame, keys: Sequence[str], days: Sequence[date]) -> Watched:
    """Return the keys of the subjects, in order, and each count by day and subject, 0 if `counts` has no row for it.

    Args:
        counts: day, the columns of the key, and the counts; at most one row for each day and key.
        keys: names of the columns of the key, which have no NULL.
        days: days of the grid, without a gap.
    """
    counted = counts.drop("day", *keys).columns
    # The columns are numbered one by one: a join of the rows with all keys takes three times as long.
    texts = [counts[key].cast(pl.String) for key in keys]
    words = [text.unique().sort() for text in texts]
    numbers = [text.cast(pl.Enum(known)).to_physical() for text, known in zip(texts, words, strict=True)]
    shape = [max(len(known), 1) for known in words]
    of_rows = np.ravel_multi_index([each.to_numpy() for each in numbers], shape)
    subjects = pl.Series(of_rows).unique().sort().to_numpy()
    # Flat indexes are far faster than indexes of day and subject.
    at = (counts["day"] - days[0]).dt.total_days().to_numpy() * len(subjects) + np.searchsorted(subjects, of_rows)
    grids = np.zeros((len(counted), len(days) * len(subjects)))
    for grid, name in zip(grids, counted, strict=True):
        grid.put(at, counts[name].to_numpy())
    named = (known.gather(of) for known, of in zip(words, np.unravel_index(subjects, shape), strict=True))
    return list(zip(*named, strict=True)), grids.reshape(len(counted), len(days), len(subjects))


def without_bursts(requests: Floats, successes: Floats, devices: Floats) -> Floats:
    """Return the requests of each day, but at most `BURST` times as many as its number of devices usually sends.

    A day whose successes alone exceed this limit keeps all its requests.
    """
    # A device that tries a thousand times in vain is one fault, not a thousand. But if a device sends a thousand
    # requests and succeeds as often as others, the rate of the day is the rate of all requests. If no record names its
    # device, bursts cannot be detected.
    has_devices = (requests > 0) & (devices > 0)
    each = np.where(has_devices, requests / np.maximum(devices, 1), np.nan)
    # A median costs much more than a smallest value, and is never below it: most columns cannot have a burst.
    places = np.flatnonzero(((successes < requests) & (each > BURST * np.fmin.accumulate(each))).any(axis=0))
    sent, succeeded, sending, of_each = (grid[:, places] for grid in (requests, successes, devices, each))
    limit = np.where(np.isnan(of_each), np.inf, sending * _medians_so_far(of_each) * BURST)
    steady = requests.copy()
    steady[:, places] = np.where(succeeded > limit, sent, np.minimum(sent, limit))
    return steady


def _medians_so_far(values: Floats) -> Floats:
    """Return the median of each column up to and including each row, nan ignored."""
    # Later days are left out: they would change the bursts of earlier days, and so incidents that have ended.
    columns = pl.all().fill_nan(None).rolling_median(len(values), min_samples=1)
    return pl.DataFrame(values).select(columns).to_numpy().reshape(values.shape)
