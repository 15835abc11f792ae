"""Who is watched, for each rate: apps and channels by day, as a grid.

Lives here: what a rate's requests and successes are, and which of a day's requests count. What is made of them is in
`rates.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.incidents.falls import LEAST_LOST, Floats, Places
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
    counts = pl.concat(list(_counts(channel_daily)))
    # A fall of as many requests as matter needs as many in a window.
    busy = counts.group_by("metric", "app_key", "channel").agg(pl.col("requests").sum().alias("all"))
    busy = busy.filter(pl.col("all") >= LEAST_LOST).sort("metric", "app_key", "channel").drop("all")
    keys = tuple(busy.iter_rows())
    placed = counts.join(busy.with_row_index("row"), on=["metric", "app_key", "channel"])
    rows = placed.get_column("row").to_numpy()
    columns = (placed.get_column("day") - days[0]).dt.total_days().to_numpy()
    requests, successes, devices = (
        _filled((len(days), len(keys)), columns, rows, placed.get_column(name).to_numpy())
        for name in ("requests", "successes", "devices")
    )
    return Subjects(keys, days, requests, successes, without_bursts(requests, successes, devices))


def _counts(channel_daily: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for rate in RATES:
        counts = channel_daily.filter(pl.col("channel").is_in(rate.channels)).select(
            pl.lit(rate.metric).alias("metric"), "app_key", "channel", "day",
            rate.requests.alias("requests"), rate.successes.alias("successes"), "devices",
        ).filter(pl.col("requests") > 0)  # fmt: skip
        yield counts
        # A device that is in two apps counts in each of them, on every day alike.
        yield (
            counts.group_by("metric", "channel", "day")
            .agg(pl.col("requests", "successes", "devices").sum())
            .select("metric", pl.lit(ALL).alias("app_key"), "channel", "day", "requests", "successes", "devices")
        )


def without_bursts(requests: Floats, successes: Floats, devices: Floats) -> Floats:
    """The requests of each day but for those beyond what as many devices usually make, as far as they failed.

    A device that tries a thousand times in vain is one fault, not a thousand.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(requests > 0, requests / devices, np.nan)
    usual = np.nanmedian(each, axis=0)
    return np.asarray(np.minimum(requests, np.maximum(successes, devices * usual * _BURST)))


# So many times the usual requests of a device are no burst: where sign-in fails, people try again.
_BURST = 1.5


def _filled(shape: tuple[int, int], rows: Places, columns: Places, values: Floats) -> Floats:
    grid = np.zeros(shape)
    grid[rows, columns] = values
    return grid
