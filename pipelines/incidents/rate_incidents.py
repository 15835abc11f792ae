"""Incidents of rates: what fell, by how much, what that cost, and what caused it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.common.sql import sql
from pipelines.incidents.causes import Cause, cause_of, cells_of
from pipelines.incidents.falls import WINDOW_DAYS, Fall, falls
from pipelines.incidents.rates import RateMeasure
from pipelines.incidents.subjects import ALL_APPS, Subjects, subjects

DIMENSIONS: Final = ("platform", "carrier", "sdk_version", "vendor")
_CODES_NAMED = 3


@dataclass(frozen=True)
class Incident:
    """A row of the table `incidents`."""

    incident_id: str
    kind: str
    metric: str
    app_key: str
    channel: str
    first_day: date
    last_day: date | None
    state: str
    days: int
    level_before: float
    level_now: float
    lost: float
    lost_total: float
    cause: Cause
    codes: str | None = None
    part_of: str | None = None


def incident_id(kind: str, metric: str, app_key: str, channel: str, first_day: date) -> str:
    """The same for the same subject and first day, in every run."""
    named = "\n".join((kind, metric, app_key, channel, first_day.isoformat()))
    return hashlib.sha256(named.encode()).hexdigest()[:16]


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
    connection.register("incident_days", sides)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW rate_outcomes AS {sql('pipelines.incidents', 'rate_outcomes')}")
    by_incident = pl.DataFrame(connection.sql(sql("pipelines.incidents", "cause_counts"))).partition_by(
        "incident_id", as_dict=True, include_key=False
    )
    codes = pl.DataFrame(connection.sql(sql("pipelines.incidents", "grown_codes")))
    connection.unregister("incident_days")
    cells = {one.id: cells_of(by_incident[(one.id,)], one.dimensions) for one in found}
    incidents = [one.incident(cause_of(cells[one.id]), _named(codes, one.id)) for one in found]
    listed = [frame.select(pl.lit(key).alias("incident_id"), pl.all()) for key, frame in cells.items()]
    return list(_with_parts(incidents, cells)), pl.concat(listed)


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
        return ("app_key", *DIMENSIONS) if self.app_key == ALL_APPS else DIMENSIONS

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


def _with_parts(incidents: list[Incident], cells: dict[str, pl.DataFrame]) -> Iterator[Incident]:
    """Each with the incident that it is part of."""
    whole = {}
    for one in incidents:
        if one.app_key != ALL_APPS:
            continue
        same = [
            other for other in incidents
            if other.app_key != ALL_APPS and (other.metric, other.channel) == (one.metric, one.channel)
        ]  # fmt: skip
        explaining = _app_that_explains(cells[one.incident_id])
        behind = [other for other in same if other.app_key == explaining and _overlap(one, other)]
        if behind:
            whole[one.incident_id] = behind[0].incident_id
        else:
            for other in same:
                if abs((other.first_day - one.first_day).days) <= 1:
                    whole[other.incident_id] = one.incident_id
    for one in incidents:
        if one.metric != "verification_result_rate" or one.incident_id in whole:
            continue
        for other in incidents:
            if (
                other.metric == "technical_success_rate"
                and (other.app_key, other.channel) == (one.app_key, one.channel)
                and _overlap(one, other)
            ):
                whole[one.incident_id] = other.incident_id
                break
    for one in incidents:
        yield replace(one, part_of=whole.get(one.incident_id))


def _app_that_explains(cells: pl.DataFrame) -> str | None:
    """The app that explains three quarters of a fall of all apps together."""
    apps = cells.filter(pl.col("second").is_null() & (pl.col("dimension") == "app_key"))
    effect = pl.col("mix_effect") + pl.col("rate_effect")
    most = apps.with_columns((effect / effect.sum()).alias("share")).sort("share", "value", descending=[True, False])
    return str(most.row(0, named=True)["value"]) if most.height and most["share"][0] >= 0.75 else None


def _overlap(one: Incident, other: Incident) -> bool:
    return (one.last_day is None or other.first_day <= one.last_day) and (
        other.last_day is None or one.first_day <= other.last_day
    )
