"""Who is watched, for each rate: apps and channels by day, as a grid.

Lives here: what a rate's requests and successes are, and which of a day's requests count. What is made of them is in
`rates.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

import numpy as np
import polars as pl

from pipelines.incidents.falls import LEAST_LOST, Floats
from pipelines.incidents.incident import ALL


@dataclass(frozen=True)
class Rate:
    """A watched rate: its channels, and what its requests and successes are, of the columns of `channel_daily`."""

    metric: str
    channels: tuple[str, ...]
    requests: pl.Expr
    successes: pl.Expr


RATES: Final = (
    Rate(
        "technical_success_rate",
        ("one_click", "wechat", "qq", "weibo"),
        pl.col("authorization_requests") - pl.col("authorizations_cancelled"),
        pl.col("authorizations"),
    ),
    Rate(
        "verification_result_rate",
        ("one_click", "local_verify"),
        pl.col("verification_requests"),
        pl.col("verifications"),
    ),
)


@dataclass(frozen=True)
class Subjects:
    """Metric, app and channel of each subject, and by day (rows) and subject (columns) its requests and successes.

    `counting` are the requests without those of bursts.
    """

    keys: tuple[tuple[str, str, str], ...]
    days: tuple[date, ...]
    requests: Floats
    successes: Floats
    counting: Floats


def subjects(channel_daily: pl.DataFrame, days: tuple[date, ...]) -> Subjects:
    """Everybody whose rate could fall by as much as matters.

    Args:
        channel_daily: day, app_key, channel, the counts and devices.
        days: those of the grid, without a gap.
    """
    keys: list[tuple[str, str, str]] = []
    found: list[list[Floats]] = []
    for rate in RATES:
        counts = channel_daily.filter(pl.col("channel").is_in(rate.channels)).select(
            "day", "app_key", "channel", rate.requests.alias("requests"), rate.successes.alias("successes"), "devices"
        )
        pairs, grids = by_day(counts.filter(pl.col("requests") > 0), days)
        channels = np.array([channel for _, channel in pairs])
        for app_key, channel in [*pairs, *((ALL, channel) for channel in rate.channels)]:
            keys.append((rate.metric, app_key, channel))
        # A device that is in two apps counts in each of them, on every day alike.
        found.append([
            np.concatenate([grid, *(grid[:, channels == channel].sum(axis=1)[:, None] for channel in rate.channels)], 1)
            for grid in grids
        ])  # fmt: skip
    requests, successes, devices = (np.concatenate(grids, axis=1) for grids in zip(*found, strict=True))
    # A fall of as many requests as matter needs as many in a window.
    busy = requests.sum(axis=0) >= LEAST_LOST
    requests, successes, devices = (np.compress(busy, grid, axis=1) for grid in (requests, successes, devices))
    kept = tuple(key for key, one in zip(keys, busy, strict=True) if one)
    return Subjects(kept, days, requests, successes, without_bursts(requests, successes, devices))


def by_day(counts: pl.DataFrame, days: Sequence[date]) -> tuple[list[tuple[str, str]], list[Floats]]:
    """App and channel of each column, in order, and by day (rows) each of the counts; 0 where there is no row.

    Args:
        counts: day, app_key, channel, and what is counted, a row of each at most.
        days: those of the grid, without a gap.
    """
    names = [counts.get_column(name).unique().sort().to_list() for name in ("app_key", "channel")]
    apps, channels = (
        counts.get_column(name).cast(pl.Enum(each)).to_physical().to_numpy().astype(np.int64)
        for name, each in zip(("app_key", "channel"), names, strict=True)
    )
    pair = apps * len(names[1]) + channels
    is_there = np.zeros(len(names[0]) * len(names[1]), dtype=bool)
    is_there[pair] = True
    place = (counts.get_column("day") - days[0]).dt.total_days().to_numpy(), (np.cumsum(is_there) - 1)[pair]
    pairs = [pair for pair, one in zip(product(*names), is_there, strict=True) if one]
    grids = []
    for column in counts.columns[3:]:
        grids.append(np.zeros((len(days), len(pairs))))
        grids[-1][place] = counts.get_column(column).to_numpy()
    return pairs, grids


def without_bursts(requests: Floats, successes: Floats, devices: Floats) -> Floats:
    """The requests of each day but for those beyond what as many devices usually make, as far as they failed.

    A device that tries a thousand times in vain is one fault, not a thousand.
    """
    # Where no record names its device, nothing is known of bursts.
    has_devices = (requests > 0) & (devices > 0)
    each = np.where(has_devices, requests / np.maximum(devices, 1), np.nan)
    each[:, ~has_devices.any(axis=0)] = 0
    limit = np.where(has_devices, devices * np.nanmedian(each, axis=0) * _BURST, np.inf)
    return np.asarray(np.minimum(requests, np.maximum(successes, limit)))


# So many times the usual requests of a device are no burst: where sign-in fails, people try again.
_BURST = 1.5
