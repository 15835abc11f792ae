"""Incidents of volumes: apps, and channels of an app, of which far fewer requests came than on their weekdays."""

from collections.abc import Collection
from datetime import date

import numpy as np
import polars as pl

from pipelines.incidents.falls import LEAST_LOST, Fall, Floats, falls
from pipelines.incidents.incident import ALL, Incident, Subject
from pipelines.incidents.subjects import by_day
from pipelines.incidents.volume_falls import VolumeMeasure


def volume_incidents(channel_daily: pl.DataFrame, days: tuple[date, ...], missing: Collection[date]) -> list[Incident]:
    """Every incident of a volume in these days.

    Args:
        channel_daily: day, app_key, channel, authorization_requests, verification_requests, devices.
        days: without a gap, up to the as-of.
        missing: those of them without any log, which say nothing of an app.
    """
    keys, volumes, devices = _volumes(channel_daily, days)
    is_there = np.array([day not in missing for day in days])[:, None]
    # A subject begins with its first request.
    has_begun = np.cumsum(volumes, axis=0) > 0
    # Where no record names its device, each request is taken to be on its own.
    makers = np.where(devices.sum(axis=0) > 0, devices.sum(axis=0), volumes.sum(axis=0))
    each = np.maximum(volumes.sum(axis=0) / makers, 1)
    measure = VolumeMeasure(volumes, has_begun & is_there, each)
    return [_incident(keys[fall.row], days, measure, volumes, fall) for fall in falls(measure)]


def _volumes(channel_daily: pl.DataFrame, days: tuple[date, ...]) -> tuple[list[tuple[str, str]], Floats, Floats]:
    """Requests and devices by day and subject: apps, and channels of those that have several."""
    counts = channel_daily.select(
        "day", "app_key", "channel",
        (pl.col("authorization_requests") + pl.col("verification_requests")).alias("volume"), "devices",
    ).filter(pl.col("volume") > 0)  # fmt: skip
    pairs, grids = by_day(counts, days)
    apps, firsts, channels = np.unique([app for app, _ in pairs], return_index=True, return_counts=True)
    several = np.repeat(channels > 1, channels)
    volumes, devices = (
        np.concatenate([np.add.reduceat(grid, firsts, axis=1), np.compress(several, grid, axis=1)], 1) for grid in grids
    )
    keys = [*((str(app), ALL) for app in apps), *(pair for pair, one in zip(pairs, several, strict=True) if one)]
    busy = volumes.sum(axis=0) >= LEAST_LOST
    kept = [key for key, one in zip(keys, busy, strict=True) if one]
    return kept, np.compress(busy, volumes, axis=1), np.compress(busy, devices, axis=1)


def _incident(
    key: tuple[str, str], days: tuple[date, ...], measure: VolumeMeasure, volumes: Floats, fall: Fall
) -> Incident:
    usual = measure.norms(fall.row, fall.baseline, range(len(days)))
    loss = fall.loss(usual, volumes[:, fall.row], np.ones(len(days)))
    return Incident.of(Subject("volume", "volume", *key), days, fall.span, loss)
