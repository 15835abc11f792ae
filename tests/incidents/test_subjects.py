"""All requests of a day count if no record names its device."""

from __future__ import annotations

import numpy as np

from pipelines.incidents.detection.subjects import without_bursts


def test_requests_without_any_device_all_count() -> None:
    requests, successes = np.array([[40.0], [40.0]]), np.array([[40.0], [4.0]])
    assert without_bursts(requests, successes, np.zeros((2, 1))).tolist() == requests.tolist()


def test_a_day_without_devices_among_others_counts_whole() -> None:
    requests, successes = np.array([[40.0], [40.0], [40.0]]), np.array([[40.0], [4.0], [4.0]])
    devices = np.array([[20.0], [0.0], [1.0]])
    # The last day has one device: its failed requests count only up to 1.5 times the usual number per device.
    assert without_bursts(requests, successes, devices)[:2].tolist() == [[40.0], [40.0]]
    assert without_bursts(requests, successes, devices)[2, 0] < 40
