"""Incidents of volumes: apps, and channels of an app, of which far fewer requests came than on their weekdays."""

from collections.abc import Collection
from datetime import date

import numpy as np
import polars as pl

from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.subjects import watched_volumes
from pipelines.incidents.detection.volume_measure import VolumeMeasure
from pipelines.incidents.incident import Incident, Subject


def volume_incidents(
    channel_daily: pl.DataFrame,
    days: tuple[date, ...],
    unwatched: Collection[date] = (),
    disabled: Collection[str] = (),
) -> list[Incident]:
    """Every incident of a volume in these days.

    Args:
        channel_daily: day, app_key, channel, authorization_requests, verification_requests.
        days: without a gap, up to the as-of.
        unwatched: those of them that say nothing of an app: days without any log, and holidays.
        disabled: apps that their owner switched off.
    """
    keys, (volumes,) = watched_volumes(channel_daily.filter(~pl.col("app_key").is_in(list(disabled))), days)
    is_there = np.array([day not in unwatched for day in days])[:, None]
    # A subject begins with its first request.
    has_begun = np.cumsum(volumes, axis=0) > 0
    return [
        Incident.of(Subject("volume", *keys[fall.row]), days, fall.span, fall.loss_of_volume(volumes[:, fall.row]))
        for fall in falls(VolumeMeasure(volumes, has_begun & is_there))
    ]
