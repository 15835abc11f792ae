"""Who is watched: rates of apps and channels, and their volumes, by day as grids.

Lives here: which of a day's requests count. The rates are declared in `contract/measures/metrics.py`; what is made of
the counts is in `rate_measure.py` and `volume_measure.py`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import compress

import numpy as np
import polars as pl

from pipelines.contract.measures.counts import WATCHED
from pipelines.contract.measures.metrics import metric
from pipelines.incidents.detection.falls import LEAST_LOST
from pipelines.incidents.detection.grids import Floats
from pipelines.incidents.detection.volume_measure import BURST
from pipelines.incidents.incident import ALL

# Metric, app and channel of each subject; each of its counts by day (rows) and subject (columns).
Watched = tuple[list[tuple[str, ...]], Floats]


def watched_rates(channel_daily: pl.DataFrame, days: Sequence[date]) -> Watched:
    """Requests, successes and devices of every app and channel with a rate, and of all apps together, of which as many
    could fail as matter.

    Args:
        channel_daily: day, app_key, channel, the counts and devices.
        days: those of the grid, without a gap.
    """
    found, named = [], []
    for name in WATCHED:
        rate = metric(name)
        watched = [one for one in channel_daily["channel"].unique() if rate.is_watched_in(one)]
        counts = channel_daily.filter(pl.col("channel").is_in(watched))
        requests, successes = pl.sql_expr([rate.denominator, rate.numerator])
        keys, grids = _counted(counts, days, requests=requests, successes=successes, devices=pl.col("devices"))
        # A device that is in two apps counts in each of them, on every day alike.
        channels, sums = _summed([channel for _, channel in keys], grids)
        found += [grids, sums]
        named += [(name, *key) for key in (*keys, *((ALL, channel) for channel in channels))]
    return _busy(named, np.concatenate(found, axis=2))


def watched_volumes(channel_daily: pl.DataFrame, days: Sequence[date]) -> Watched:
    """Requests of apps, and of channels of those that have several; the same arguments."""
    volume = pl.col("authorization_requests") + pl.col("verification_requests")
    keys, grids = _counted(channel_daily, days, requests=volume)
    apps, sums = _summed([app for app, _ in keys], grids)
    channels = Counter(app for app, _ in keys)
    several = [channels[app] > 1 for app, _ in keys]
    named = [("volume", *key) for key in (*((app, ALL) for app in apps), *compress(keys, several))]
    return _busy(named, np.concatenate([sums, np.compress(several, grids, axis=2)], axis=2))


def _counted(counts: pl.DataFrame, days: Sequence[date], **counted: pl.Expr) -> Watched:
    """What is counted of each app and channel."""
    chosen = counts.select("day", "app_key", "channel", **counted).filter(pl.col("requests") > 0)
    return by_day(chosen, ("app_key", "channel"), days)


def _summed(names: Sequence[str], grids: Floats) -> tuple[list[str], Floats]:
    """The counts of all that have one name; which names these are."""
    of = np.array(names, dtype=object)
    order = np.argsort(of, kind="stable")
    known, firsts = np.unique(of[order], return_index=True)
    return known.tolist(), np.add.reduceat(grids[..., order], firsts, axis=2)


def _busy(keys: list[tuple[str, ...]], grids: Floats) -> Watched:
    """A fall of as many requests as matter needs as many."""
    busy = grids[0].sum(axis=0) >= LEAST_LOST
    return list(compress(keys, busy)), np.compress(busy, grids, axis=2)


def by_day(counts: pl.DataFrame, keys: Sequence[str], days: Sequence[date]) -> Watched:
    """The key of each subject, in order; each of the counts by day and subject, 0 where there is no row.

    Args:
        counts: day, the columns of the key, and what is counted, a row of each at most.
        keys: the names of the key's columns.
        days: those of the grid, without a gap.
    """
    counted = counts.drop("day", *keys).columns
    subjects = counts.group_by(keys).agg(pl.all()).sort(keys)
    rows = subjects.with_row_index("place").explode("day", *counted)
    grids = np.zeros((len(counted), len(days), len(subjects)))
    day = (rows["day"] - days[0]).dt.total_days().to_numpy()
    grids[:, day, rows["place"].to_numpy()] = rows.select(counted).to_numpy().T
    return subjects.select(keys).rows(), grids


def without_bursts(requests: Floats, successes: Floats, devices: Floats) -> Floats:
    """The requests of each day but for those beyond what as many devices usually make, as far as they failed.

    A device that tries a thousand times in vain is one fault, not a thousand.
    """
    # Where no record names its device, nothing is known of bursts.
    has_devices = (requests > 0) & (devices > 0)
    each = np.where(has_devices, requests / np.maximum(devices, 1), np.nan)
    each[:, ~has_devices.any(axis=0)] = 0
    limit = np.where(has_devices, devices * np.nanmedian(each, axis=0) * BURST, np.inf)
    return np.asarray(np.minimum(requests, np.maximum(successes, limit)))
