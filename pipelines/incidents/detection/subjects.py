"""Who is watched: rates of apps and channels, and their volumes, by day as grids.

Lives here: which of a day's requests count. The rates are declared in `contract/measures/metrics.py`; what is made of
the counts is in `rate_measure.py` and `volume_measure.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.measures.metrics import metric
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.incidents.detection.falls import LEAST_LOST
from pipelines.incidents.detection.grids import Flags, Floats, sums_before
from pipelines.incidents.detection.volume_measure import BURST
from pipelines.incidents.incident import ALL

_SUBJECT: Final = ("day", "app_key", "channel")
# Metric, app and channel of each subject; each of its counts by day (rows) and subject (columns).
Watched = tuple[list[tuple[str, ...]], Floats]


def watched_rates(channel_daily: pl.DataFrame, days: Sequence[date], names: Sequence[str]) -> Watched:
    """Requests, successes and devices of every app and channel with one of these rates, and of all apps together, of
    which as many could fail as matter. Of a rate that is better lower the successes are the others.

    Args:
        channel_daily: day, app_key, channel, the counts and devices.
        days: those of the grid, without a gap.
    """
    counts = []
    for name in names:
        rate = metric(name)
        good = f"{rate.denominator} - {rate.numerator}" if rate.better == "lower" else rate.numerator
        requests, successes = pl.sql_expr([rate.denominator, good])
        watched = [one for one in channel_daily["channel"].unique() if rate.is_watched_in(one)]
        of_apps = channel_daily.filter(pl.col("channel").is_in(watched)).select(
            pl.lit(name).alias("metric"), *_SUBJECT, requests=requests, successes=successes, devices=pl.col("devices")
        )
        # A device that is in two apps counts in each of them, on every day alike.
        together = of_apps.group_by("metric", "day", "channel").agg(pl.col("requests", "successes", "devices").sum())
        counts += [
            of_apps,
            together.select(pl.lit(ALL).alias(name) if name == "app_key" else name for name in of_apps.columns),
        ]
    keys, grids = by_day(pl.concat(counts), ("metric", "app_key", "channel"), days, LEAST_LOST)
    return keys, grids


@dataclass(frozen=True)
class Volumes:
    """Requests of apps, and of channels of those that have several, by day (rows) and subject (columns); of these the
    `technical` ones of signing in and their `successes`, and devices.

    `keys` are app and channel of each subject; `has_logs` says of each day whether there were logs, `has_norm` whether
    a usual volume is expected: there were logs, it was no holiday, and the subject had begun.
    """

    keys: list[tuple[str, ...]]
    requests: Floats
    technical: Floats
    successes: Floats
    devices: Floats
    has_logs: Flags
    has_norm: Flags


def watched_volumes(channel_daily: pl.DataFrame, days: Sequence[date], has_logs: Flags, is_holiday: Flags) -> Volumes:
    """The volumes of which as much could be lost as matters; the same first arguments."""
    volume = pl.col("authorization_requests") + pl.col("verification_requests")
    rate, is_login = metric(TECHNICAL), pl.col("channel").is_in(list(LOGIN_CHANNELS))
    technical, successes = (
        pl.when(is_login).then(of).otherwise(0) for of in pl.sql_expr([rate.denominator, rate.numerator])
    )
    of_channels = channel_daily.select(
        *_SUBJECT, requests=volume, technical=technical, successes=successes, devices=pl.col("devices")
    )
    named, grids = by_day(of_channels.filter(pl.col("requests") > 0), ("app_key", "channel"), days)
    # The channels of an app lie together.
    firsts = [place for place, (app_key, _) in enumerate(named) if not place or app_key != named[place - 1][0]]
    channels = np.diff([*firsts, len(named)])
    of_apps = np.add.reduceat(grids, firsts, axis=2) if firsts else grids
    is_busy = grids[0].sum(axis=0) >= LEAST_LOST
    parts = np.flatnonzero(is_busy & np.repeat(channels > 1, channels))
    wholes = np.flatnonzero(of_apps[0].sum(axis=0) >= LEAST_LOST)
    keys = [*((named[firsts[place]][0], ALL) for place in wholes), *(named[place] for place in parts)]
    counts = np.concatenate([of_apps[:, :, wholes], grids[:, :, parts]], axis=2)
    # A subject begins with its first request.
    has_norm = (sums_before(counts[0])[1:] > 0) & (has_logs & ~is_holiday)[:, None]
    requests, of_technical, of_successes, devices = counts
    return Volumes(keys, requests, of_technical, of_successes, devices, has_logs, has_norm)


def by_day(counts: pl.DataFrame, keys: Sequence[str], days: Sequence[date], least: float = 0.0) -> Watched:
    """The key of each subject, in order; each of the counts by day and subject, 0 where there is no row.

    Args:
        counts: day, the columns of the key, and what is counted, a row of each at most.
        keys: the names of the key's columns.
        days: those of the grid, without a gap.
        least: subjects with less of the first count in all are left out: a fall of as much as matters needs as much.
    """
    counted = counts.drop("day", *keys).columns
    subjects = counts.group_by(keys).agg(pl.all()).filter(pl.col(counted[0]).list.sum() >= least).sort(keys)
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
