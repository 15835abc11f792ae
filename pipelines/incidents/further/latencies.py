"""Detects latencies that doubled: the 95th percentile of an app and channel, compared with the greatest value in its
baseline.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.contract.measures.sql import sql
from pipelines.incidents.detection.baselines import BASELINE_DAYS, Figure, Sums
from pipelines.incidents.detection.fall import Fall
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.grids import Flags, Floats
from pipelines.incidents.detection.subjects import by_day
from pipelines.incidents.incident import FURTHER, Incident, Loss, Subject

# Contract: a latency is reported if it is at least `_TIMES` times the greatest latency of the baseline's days, and at
# least `_ABOVE_MS` above it. Days with fewer answers than `_LEAST_ANSWERS` are not compared.
_TIMES: Final = 2.0
_ABOVE_MS: Final = 500.0
_LEAST_ANSWERS: Final = 100
LATENCY: Final = "latency_p95_ms"


class LatencyMeasure:
    """The 95th percentile of the latencies of each day, in ms. `has_data` marks days with enough answers."""

    def __init__(self, latencies: Floats, has_data: Flags) -> None:
        self.has_data = has_data
        self.ends_by: tuple[Figure, ...] = (self.fall,)
        self.latencies = latencies

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return the `latency` of each day, the `usual` latency (median of the baseline), and the threshold `far`."""
        latency = self.latencies[:, rows]
        usual, far = np.zeros_like(latency), np.zeros_like(latency)
        # The latencies of each subject's newest clean days, in any order; unused places are infinite and sort last.
        before = np.full((BASELINE_DAYS, latency.shape[1]), np.inf)
        found, subjects = np.zeros(latency.shape[1], dtype=np.int64), np.arange(latency.shape[1])
        for place in range(len(latency)):
            ordered, count = np.sort(before, axis=0), np.minimum(found, BASELINE_DAYS)
            is_known = count > 0
            most = ordered[count - 1, subjects]
            middle = (ordered[(count - 1) // 2, subjects] + ordered[count // 2, subjects]) / 2
            usual[place, is_known] = middle[is_known]
            far[place, is_known] = np.maximum(_TIMES * most, most + _ABOVE_MS)[is_known]
            now = subjects[clean[place]]
            before[found[now] % BASELINE_DAYS, now] = latency[place, now]
            found[now] += 1
        return {"latency": latency, "usual": usual, "far": far}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return the rise above the usual latency, in ms."""
        return (seen("latency") - seen("usual")) / seen("days")

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Return infinity: every rise is large enough to be reported, although it loses no request."""
        return np.full(np.shape(seen("latency")), np.inf)

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return infinity if the latency is at or above the threshold `far`, else 0."""
        return np.where(seen("latency") >= seen("far"), np.inf, 0.0)


def latency_incidents(connection: duckdb.DuckDBPyConnection, days: tuple[date, ...]) -> list[Incident]:
    """Return an incident for each latency that doubled.

    Args:
        connection: has `channel_daily` and `outcome_daily`.
        days: without a gap, up to the as-of.
    """
    watched = pl.DataFrame(connection.sql(sql("pipelines.incidents", "watched_latencies"), params={
        "least": _LEAST_ANSWERS, "times": _TIMES, "above": _ABOVE_MS,
    }))  # fmt: skip
    keys, (latencies, answers) = by_day(watched, ("app_key", "channel"), days)
    # A latency can be 0 ms.
    measure = LatencyMeasure(latencies, answers > 0)
    return [
        Incident.of(Subject(FURTHER, LATENCY, *keys[fall.row]), days, fall.span, _levels(fall, latencies[:, fall.row]))
        for fall in falls(measure, windows=(1,))
    ]


def _levels(fall: Fall, latencies: Floats) -> Loss:
    before, now = (float(np.median(latencies[places])) for places in (fall.baseline, fall.newest))
    return Loss(before, now, 0.0, 0.0)
