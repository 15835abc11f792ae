"""Incidents of rates: what fell, by how much, what that cost, and what caused it."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import duckdb
import polars as pl

from pipelines.common.sql import sql
from pipelines.incidents.causes import cause_of, cells_of
from pipelines.incidents.falls import falls
from pipelines.incidents.incident import ALL, Incident, Subject, incident_id
from pipelines.incidents.measures import RateMeasure
from pipelines.incidents.subjects import watched_rates, without_bursts

DIMENSIONS: Final = ("platform", "carrier", "sdk_version", "vendor")
_CODES_NAMED: Final = 3
_SIDES: Final = {
    "incident_id": pl.String, "metric": pl.String, "app_key": pl.String, "channel": pl.String,
    "day": pl.Date, "is_now": pl.Boolean,
}  # fmt: skip


def rate_incidents(
    connection: duckdb.DuckDBPyConnection, channel_daily: pl.DataFrame, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Every incident of a rate in these days, and the cells of each.

    Args:
        connection: has `outcome_daily`.
        channel_daily: of these days.
        days: without a gap, up to the as-of.
    """
    keys, (requests, successes, devices) = watched_rates(channel_daily, days)
    found, sides = {}, []
    for fall in falls(RateMeasure(without_bursts(requests, successes, devices), successes)):
        subject, base = Subject("rate", *keys[fall.row]), list(fall.baseline)
        asked, good = requests[:, fall.row], successes[:, fall.row]
        loss = fall.loss(good[base].sum() / asked[base].sum() * asked, good, asked)
        key = incident_id(*subject, days[fall.first])
        found[key] = subject, fall.span, loss
        sides += [(key, *subject[1:], days[day], False) for day in base]
        sides += [(key, *subject[1:], days[day], True) for day in fall.newest]
    if not found:
        return [], pl.DataFrame()
    counts, codes = compared(connection, sides)
    # At once for all that have the same dimensions.
    cells = pl.concat(
        cells_of(counts.filter(pl.col("incident_id").is_in(alike)), dimensions_of(app_key))
        for app_key in (ALL, "")
        if (alike := [key for key, (subject, *_) in found.items() if (subject.app_key == ALL) == (app_key == ALL)])
    )
    mine = cells.partition_by("incident_id", as_dict=True, include_key=False)
    incidents = [
        Incident.of(subject, days, span, loss, cause_of(mine[key,]), _named(codes, key))
        for key, (subject, span, loss) in found.items()
    ]
    return incidents, cells


def compared(
    connection: duckdb.DuckDBPyConnection, sides: Iterable[tuple[str, str, str, str, date, bool]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Requests and successes of each smallest cell on the days that are compared, and the codes that grew.

    Args:
        connection: has `outcome_daily`.
        sides: incident_id, metric, app_key (`*`: all), channel, day, is_now.
    """
    connection.register("incident_days", pl.DataFrame(sides, schema=_SIDES, orient="row"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rate_outcomes AS {sql('pipelines.incidents', 'rate_outcomes')}")
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "cause_counts")))
    codes = pl.DataFrame(connection.sql(sql("pipelines.incidents", "grown_codes")))
    connection.unregister("incident_days")
    return counts, codes


def dimensions_of(app_key: str) -> tuple[str, ...]:
    """What the cause of a change is looked for in."""
    return ("app_key", *DIMENSIONS) if app_key == ALL else DIMENSIONS


def _named(codes: pl.DataFrame, incident: str) -> str | None:
    """The outcomes and result codes that grew most."""
    rows = codes.filter(pl.col("incident_id") == incident).head(_CODES_NAMED)
    return ", ".join(f"{outcome} {code}" if code else outcome for _, outcome, code, _ in rows.iter_rows()) or None
