"""Incidents of rates: what fell, by how much, what that cost, and what caused it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

import duckdb
import polars as pl

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.dimensions import CAUSES
from pipelines.incidents.causes import cause_of, cells_of
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.rate_measure import RateMeasure
from pipelines.incidents.detection.subjects import watched_rates, without_bursts
from pipelines.incidents.incident import ALL, Incident, Subject

_CODES_NAMED: Final = 3
_SIDES: Final = {
    "incident_id": pl.String, "metric": pl.String, "app_key": pl.String, "channel": pl.String,
    "day": pl.Date, "is_now": pl.Boolean,
}  # fmt: skip


def rate_incidents(
    connection: duckdb.DuckDBPyConnection, channel_daily: pl.DataFrame, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Return every incident of a rate in these days, and the cells of each: a frame without columns if there are none.

    Args:
        connection: has `outcome_daily`.
        channel_daily: of these days.
        days: without a gap, up to the as-of.
    """
    keys, (requests, successes, devices) = watched_rates(channel_daily, days)
    found, sides = [], []
    for fall in falls(RateMeasure(without_bursts(requests, successes, devices), successes)):
        subject, loss = keys[fall.row], fall.loss_of_rate(requests[:, fall.row], successes[:, fall.row])
        one = Incident.of(Subject("rate", *subject), days, fall.span, loss)
        found.append(one)
        for places, is_now in ((fall.baseline, False), (fall.newest, True)):
            sides += [(one.incident_id, *subject, days[place], is_now) for place in places]
    if not found:
        return [], pl.DataFrame()
    outcomes = compared(connection, sides)
    together = [one.incident_id for one in found if one.app_key == ALL]
    cells = cells_of(outcomes, CAUSES).filter(
        (pl.col("dimension") != "app_key") | pl.col("incident_id").is_in(together)
    )
    cells_by_id, outcomes_by_id = (
        frame.partition_by("incident_id", as_dict=True, include_key=False) for frame in (cells, outcomes)
    )
    return [
        replace(
            one, cause=cause_of(cells_by_id[one.incident_id,]), codes=_grown_codes(outcomes_by_id[one.incident_id,])
        )
        for one in found
    ], cells


def compared(
    connection: duckdb.DuckDBPyConnection, sides: Iterable[tuple[str, str, str, str, date, bool]]
) -> pl.DataFrame:
    """Requests and successes of each smallest cell, outcome and result code on the days that are compared.

    Args:
        connection: has `outcome_daily`.
        sides: incident_id, metric, app_key (`*`: all), channel, day, is_now.
    """
    connection.register("incident_days", pl.DataFrame(sides, schema=_SIDES, orient="row"))
    outcomes = pl.DataFrame(connection.sql(sql("pipelines.incidents", "rate_outcomes")))
    connection.unregister("incident_days")
    return outcomes


def _grown_codes(outcomes: pl.DataFrame) -> str | None:
    """The outcomes and result codes that grew most, of those that are no success."""
    before, now = (pl.col(name) / pl.col(name).sum() for name in ("requests_before", "requests_now"))
    grown = (
        outcomes.group_by("outcome", "result_code", "is_success")
        .agg(pl.col("requests_before", "requests_now").sum())
        .with_columns(growth=now - before)
        .filter(pl.col("growth") > 0, ~pl.col("is_success"))
        .sort("growth", "outcome", "result_code", descending=[True, False, False])
    )
    named = grown.select("outcome", "result_code").head(_CODES_NAMED)
    return ", ".join(f"{outcome} {code}" if code else outcome for outcome, code in named.iter_rows()) or None
