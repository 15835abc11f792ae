"""Incidents of rates: what fell, by how much, what that cost, and what caused it."""

from datetime import date
from typing import Final

import duckdb
import polars as pl

from pipelines.common.sql import sql
from pipelines.incidents.cause import Cause
from pipelines.incidents.causes import cause_of, cells_of
from pipelines.incidents.falls import Fall, falls
from pipelines.incidents.incident import ALL, Incident, Subject, incident_id
from pipelines.incidents.rates import RateMeasure
from pipelines.incidents.subjects import Subjects, subjects

DIMENSIONS: Final = ("platform", "carrier", "sdk_version", "vendor")
_CODES_NAMED = 3


def rate_incidents(
    connection: duckdb.DuckDBPyConnection, channel_daily: pl.DataFrame, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Every incident of a rate in these days, and the cells of each.

    Args:
        connection: has `outcome_daily`.
        channel_daily: of these days.
        days: without a gap, up to the as-of.
    """
    watched = subjects(channel_daily, days)
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
        self.subject = Subject("rate", *watched.keys[fall.row])
        self.requests, self.successes = watched.requests[:, fall.row], watched.successes[:, fall.row]
        self.id = incident_id(*self.subject, self.days[fall.first])

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What its cause is looked for in."""
        return dimensions_of(self.subject.app_key)

    def sides(self) -> pl.DataFrame:
        """The days that its cause compares."""
        days = [(day, False) for day in self.fall.baseline] + [(day, True) for day in self.fall.newest]
        return pl.DataFrame(
            [(self.id, *self.subject[1:], self.days[day], is_now) for day, is_now in days],
            schema={
                "incident_id": pl.String, "metric": pl.String, "app_key": pl.String, "channel": pl.String,
                "day": pl.Date, "is_now": pl.Boolean,
            },
            orient="row",
        )  # fmt: skip

    def incident(self, cause: Cause, codes: str | None) -> Incident:
        """The row, without what it is part of."""
        base = list(self.fall.baseline)
        before = self.successes[base].sum() / self.requests[base].sum()
        loss = self.fall.loss(before * self.requests, self.successes, self.requests)
        return Incident.of(self.subject, self.days, self.fall.span, loss, cause, codes)


def _named(codes: pl.DataFrame, incident: str) -> str | None:
    """The outcomes and result codes that grew most."""
    rows = codes.filter(pl.col("incident_id") == incident).head(_CODES_NAMED)
    return ", ".join(f"{outcome} {code}" if code else outcome for _, outcome, code, _ in rows.iter_rows()) or None
