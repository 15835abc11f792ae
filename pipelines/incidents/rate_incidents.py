"""Incidents of rates: what fell, by how much, what that cost, and what caused it."""

from datetime import date
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.common.sql import sql
from pipelines.incidents.cause import Cause
from pipelines.incidents.causes import cause_of, cells_of
from pipelines.incidents.falls import WINDOW_DAYS, Fall, falls
from pipelines.incidents.incident import ALL, Incident, incident_id
from pipelines.incidents.rates import RateMeasure
from pipelines.incidents.subjects import Subjects, subjects

DIMENSIONS: Final = ("platform", "carrier", "sdk_version", "vendor")
_CODES_NAMED = 3


def rate_incidents(
    connection: duckdb.DuckDBPyConnection, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Every incident of a rate in these days, and the cells of each.

    Args:
        connection: has `channel_daily` and `outcome_daily`.
        days: without a gap, up to the as-of.
    """
    counts = pl.DataFrame(
        connection.sql(
            "SELECT day, app_key, channel, authorization_requests, authorizations, authorizations_cancelled, "
            "verification_requests, verifications, devices FROM channel_daily WHERE day BETWEEN $first AND $last",
            params={"first": days[0], "last": days[-1]},
        )
    )
    watched = subjects(counts, days)
    found = [_Found(watched, fall) for fall in falls(RateMeasure(watched.counting, watched.successes))]
    if not found:
        return [], pl.DataFrame()
    sides = pl.concat([one.sides() for one in found])
    counts, codes = compared(connection, sides)
    # At once for all that have the same dimensions.
    cells = pl.concat(
        cells_of(
            counts.filter(pl.col("incident_id").is_in([one.id for one in found if one.dimensions == alike])), alike
        )
        for alike in sorted({one.dimensions for one in found})
    )
    mine = cells.partition_by("incident_id", as_dict=True, include_key=False)
    return [one.incident(cause_of(mine[one.id,]), _named(codes, one.id)) for one in found], cells


def compared(connection: duckdb.DuckDBPyConnection, sides: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Requests and successes of each smallest cell on the days that are compared, and the codes that grew.

    Args:
        connection: has `outcome_daily`.
        sides: incident_id, metric, app_key (`*`: all), channel, day, is_now.
    """
    connection.register("incident_days", sides)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rate_outcomes AS {sql('pipelines.incidents', 'rate_outcomes')}")
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "cause_counts")))
    codes = pl.DataFrame(connection.sql(sql("pipelines.incidents", "grown_codes")))
    connection.unregister("incident_days")
    return counts, codes


def dimensions_of(app_key: str) -> tuple[str, ...]:
    """What the cause of a change is looked for in."""
    return ("app_key", *DIMENSIONS) if app_key == ALL else DIMENSIONS


class _Found:
    """A fall, and the requests of its subject by day."""

    def __init__(self, watched: Subjects, fall: Fall) -> None:
        self.fall, self.days = fall, watched.days
        self.metric, self.app_key, self.channel = watched.keys[fall.row]
        self.requests, self.successes = watched.requests[:, fall.row], watched.successes[:, fall.row]
        self.id = incident_id("rate", self.metric, self.app_key, self.channel, self.days[fall.first])
        self.end = fall.last if fall.last is not None else len(self.days) - 1
        self.places = [day for day in range(fall.first, self.end + 1) if self.requests[day] > 0]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What its cause is looked for in."""
        return dimensions_of(self.app_key)

    def sides(self) -> pl.DataFrame:
        """The days that its cause compares."""
        days = [(day, False) for day in self.fall.baseline] + [(day, True) for day in self.places[-WINDOW_DAYS:]]
        return pl.DataFrame(
            [(self.id, self.metric, self.app_key, self.channel, self.days[day], is_now) for day, is_now in days],
            schema={
                "incident_id": pl.String, "metric": pl.String, "app_key": pl.String, "channel": pl.String,
                "day": pl.Date, "is_now": pl.Boolean,
            },
            orient="row",
        )  # fmt: skip

    def incident(self, cause: Cause, codes: str | None) -> Incident:
        """The row, without what it is part of."""
        before = self._level(list(self.fall.baseline))
        last = self.places[-1]
        whole = self.places
        return Incident(
            self.id, "rate", self.metric, self.app_key, self.channel,
            self.days[self.fall.first], None if self.fall.last is None else self.days[self.fall.last], self.fall.state,
            self.end - self.fall.first + 1,
            before, self._level(self.places[-WINDOW_DAYS:]),
            before * float(self.requests[last]) - float(self.successes[last]),
            before * float(self.requests[whole].sum()) - float(self.successes[whole].sum()),
            cause, codes,
        )  # fmt: skip

    def _level(self, days: list[int]) -> float:
        return float(np.sum(self.successes[days]) / np.sum(self.requests[days]))


def _named(codes: pl.DataFrame, incident: str) -> str | None:
    """The outcomes and result codes that grew most."""
    rows = codes.filter(pl.col("incident_id") == incident).head(_CODES_NAMED)
    return ", ".join(f"{outcome} {code}" if code else outcome for _, outcome, code, _ in rows.iter_rows()) or None
