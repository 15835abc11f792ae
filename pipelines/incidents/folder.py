"""All apps of a data folder together: what losses of single ones are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.incidents.detection.grids import Flags
from pipelines.incidents.detection.volume_measure import norms


@dataclass(frozen=True)
class Folder:
    """The requests that are `missing` on each day beside its norm, how many records a request has, and how many apps
    there are.
    """

    missing: Mapping[date, float]
    records_per_request: float
    apps: int


def folder_of(channel_daily: pl.DataFrame, days: tuple[date, ...], has_norm: Flags, counted: int) -> Folder:
    """All apps together over these days.

    Args:
        channel_daily: day, app_key, authorization_requests, verification_requests.
        days: without a gap, up to the as-of.
        has_norm: whether a usual volume is expected: not without any log, nor on a holiday.
        counted: the records of all days.
    """
    requests = pl.col("authorization_requests") + pl.col("verification_requests")
    by_day = dict(channel_daily.group_by("day").agg(requests.sum().cast(float)).iter_rows())
    volumes = np.array([[by_day.get(day, 0.0)] for day in days])
    usual, _, _ = norms(volumes, has_norm[:, None])
    missing = dict(zip(days, (usual - volumes)[:, 0].tolist(), strict=True))
    return Folder(missing, counted / max(volumes.sum(), 1.0), channel_daily["app_key"].n_unique())
