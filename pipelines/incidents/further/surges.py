"""Detects surges: additional requests that hardly sign in, or that come from few devices. Abuse looks like this."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.dimensions import CAUSES, UNKNOWN
from pipelines.incidents.causes import WHOLE_SHARE
from pipelines.incidents.detection.baselines import Sums
from pipelines.incidents.detection.fall import Fall
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.grids import Flags, Floats
from pipelines.incidents.detection.subjects import Volumes
from pipelines.incidents.detection.tails import of_few_days, upper_tail
from pipelines.incidents.detection.volume_measure import LEAST_NORM, VolumeMeasure, spread
from pipelines.incidents.incident import FURTHER, Cause, Incident, Loss, Subject

# Contract: requests beyond the norm are a surge if they have less than this share of the sign-ins, or of the devices,
# that as many requests usually have.
_POOR: Final = 0.5
SURGE: Final = "surge"


class SurgeMeasure(VolumeMeasure):
    """Requests of a day above the norm of their weekday, if few of these sign in or they come from few devices."""

    # A surge is above its norm, so that a day under all days before it is never one.
    is_cautious = False

    def __init__(self, volumes: Volumes, has_data: Flags) -> None:
        super().__init__(volumes.requests, has_data)
        self._counts = {"technical": volumes.technical, "successes": volumes.successes, "devices": volumes.devices}

    def values(self, clean: Flags, rows: slice) -> Mapping[str, Floats]:
        """Return the values of `VolumeMeasure`, and each day's `technical` requests, `successes` and `devices`."""
        counts = {name: of[:, rows] * self.has_data[:, rows] for name, of in self._counts.items()}
        return {**super().values(clean, rows), **counts}

    def fall(self, base: Sums, seen: Sums) -> Floats:
        """Return the excess over the norm as a share of the norm. In this measure, a rise takes the place of a fall."""
        return seen("volume") / seen("norm") - 1

    def lost(self, base: Sums, seen: Sums) -> Floats:
        """Return the requests beyond the norm, if few of them sign in or they come from few devices; else 0."""
        norm = seen("norm")
        extra = seen("volume") - norm

        def excess(name: str) -> Floats:
            return seen(name) - norm * base(name) / base("volume")

        rate, devices = base("successes") / base("technical"), base("devices") / base("volume")
        is_failing = (excess("technical") > 0) & (excess("successes") < _POOR * rate * excess("technical"))
        has_few = (devices > 0) & (excess("devices") < _POOR * devices * extra)
        return np.where(is_failing | has_few, extra, 0.0)

    def deviation(self, base: Sums, seen: Sums) -> Floats:
        """Return the upper tail of a negative binomial, as a normal deviation; 0 if the requests beyond the norm are no
        surge (see `lost`), or if the norm is too small.
        """
        norm = seen("norm")
        far = of_few_days(upper_tail(seen("volume"), norm, spread(base, seen)), base("days"))
        return np.where((self.lost(base, seen) > 0) & (norm >= LEAST_NORM * seen("days")), far, 0.0)


def surges(connection: duckdb.DuckDBPyConnection, volumes: Volumes, days: tuple[date, ...]) -> list[Incident]:
    """Return all surges, each with the cell that grew most.

    Args:
        connection: has `outcome_daily`.
        days: without a gap, up to the as-of.
    """
    # Requests of a day without logs may be logged on the next day, which is therefore not compared.
    is_after_gap = np.concatenate([[False], ~volumes.has_logs[:-1]])
    found = []
    for fall in falls(SurgeMeasure(volumes, volumes.has_norm & ~is_after_gap[:, None])):
        app_key, channel = volumes.keys[fall.row]
        loss = fall.loss_of_volume(volumes.requests[:, fall.row])
        cause = _grown_cell(connection, fall, loss, app_key, channel, days)
        more = loss._replace(lost=-loss.lost, lost_total=-loss.lost_total)
        found.append(Incident.of(Subject(FURTHER, SURGE, app_key, channel), days, fall.span, more, cause))
    return found


def _grown_cell(
    connection: duckdb.DuckDBPyConnection, fall: Fall, loss: Loss, app_key: str, channel: str, days: tuple[date, ...]
) -> Cause:
    """Return the cell whose requests per day grew most, as a cause; an empty cause if no cell grew.

    Cells that had nearly all requests before are left out.
    """
    growth = loss.level_now - loss.level_before
    # A surge can include a day nearly without requests.
    if growth <= 0:
        return Cause()
    before, now = ([days[place] for place in places] for places in (fall.baseline, fall.newest))
    params = {"app_key": app_key, "channel": channel, "before": before, "now": now}
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "surge_cells"), params=params))
    # The usual requests of a cell are its share of the baseline's requests, times the norm of the surge's weekdays. The
    # mean of the baseline is not used, because it can be above all requests of a weak weekday. Whole numbers are
    # summed, in whatever order they come, and then divided: the sum is the same to the last digit.
    usual = pl.col("requests_before").sum() * loss.level_before / counts["requests_before"].sum()
    there = pl.col("requests_now").sum() / len(now)
    cells = [
        counts.group_by(pl.col(name).fill_null(UNKNOWN).alias("value"))
        .agg(usual.alias("usual"), there.alias("there"))
        .with_columns(pl.lit(name).alias("dimension"))
        for name in CAUSES[1:]
    ]
    grown = (
        pl.concat(cells)
        .filter(pl.col("usual") < WHOLE_SHARE * loss.level_before, pl.col("there") > pl.col("usual"))
        .sort(pl.col("there") - pl.col("usual"), "dimension", "value", descending=[True, False, False])
    )
    if grown.is_empty():
        return Cause()
    most = grown.row(0, named=True)
    return Cause(cell=f"{most['dimension']}={most['value']}", share=(most["there"] - most["usual"]) / growth)
