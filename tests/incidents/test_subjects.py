"""Tests which rates and volumes are watched, and which requests of a day count."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.contract.measures.counts import RISING, TECHNICAL
from pipelines.incidents.detection.subjects import COUNTED, day_counts, watched_rates, watched_volumes, without_bursts
from pipelines.incidents.incident import ALL
from tests.support import DAY


def test_text_messages_and_declared_channels_have_technical_success_and_volume() -> None:
    channels = ("apple", "local_verify", "one_click", "sms")
    sums = dict.fromkeys(COUNTED, 40) | {"authorizations_cancelled": 0}
    rows = [{"day": DAY, "app_key": "shop", "channel": channel, **sums} for channel in channels]
    counts = day_counts(pl.DataFrame(rows), [DAY])
    named, _ = watched_rates(counts, (TECHNICAL,))
    assert named == [
        (TECHNICAL, app, channel) for channel in ("apple", "one_click", "sms") for app in ("shop", ALL)
    ]  # fmt: skip
    named, _ = watched_rates(counts, RISING)
    assert named == [("cancellation_rate", app, "one_click") for app in ("shop", ALL)]
    volumes = watched_volumes(counts, np.array([True]), np.array([False]))
    assert volumes.keys == [("shop", ALL), *(("shop", channel) for channel in channels)]


def test_requests_without_any_device_all_count() -> None:
    requests, successes = np.array([[40.0], [40.0]]), np.array([[40.0], [4.0]])
    assert without_bursts(requests, successes, np.zeros((2, 1))).tolist() == requests.tolist()


def test_a_day_without_devices_among_others_counts_whole() -> None:
    requests, successes = np.array([[40.0], [40.0], [40.0]]), np.array([[40.0], [4.0], [4.0]])
    devices = np.array([[20.0], [0.0], [1.0]])
    # The last day has one device: its failed requests count only up to 1.5 times the usual number per device.
    assert without_bursts(requests, successes, devices)[:2].tolist() == [[40.0], [40.0]]
    assert without_bursts(requests, successes, devices)[2, 0] < 40
