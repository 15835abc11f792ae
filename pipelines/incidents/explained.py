"""Counts the requests of rates on the days before and now, and splits the change of any rate between two spans of days
over the cells of its requests. `authmeter explain` uses it; incidents use the counts, and `causes.py`.

The rates of single requests are read from `outcome_daily`, the rates of sessions from the tables of `SESSION_SOURCES`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import duckdb
import polars as pl

from pipelines.common.days import Window
from pipelines.contract.measures.counts import RATE_OF
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.dimensions import CAUSES, SESSION_CAUSES, SESSION_DIMENSIONS
from pipelines.incidents.causes import COUNTS, NO_CELLS, cause_of, cells_of
from pipelines.incidents.detection.fall import Fall
from pipelines.incidents.incident import ALL, BROAD, Cause, Incident

_SIDES: Final = {
    "incident_id": pl.String, "metric": pl.String, "watched_app": pl.String, "watched_channel": pl.String,
    "watched_day": pl.Date, "is_now": pl.Boolean,
}  # fmt: skip
Side = tuple[str, str, str, str, date, bool]
"""One of the days that are compared: incident_id, metric, app_key (`*`: all), channel (`*`: all), day, is_now."""


class RateIncident(NamedTuple):
    """An incident of a rate, with the fall that it was made from."""

    incident: Incident
    fall: Fall


class RateSource(NamedTuple):
    """The table with the counts of a rate, the channel of the rate (`*`: all), and the dimensions, app first."""

    table: str
    channel: str
    dimensions: Sequence[str]


_OF_FUNNEL: Final = RateSource("funnel_daily", "one_click", ("app_key", *SESSION_DIMENSIONS))
SESSION_SOURCES: Final = {
    "sign_in_rate": RateSource("session_daily", ALL, SESSION_CAUSES),
    "recovery_rate": RateSource("session_paths_daily", ALL, ("app_key", "failed_channel", "failure")),
    "page_rate": _OF_FUNNEL,
    "click_rate": _OF_FUNNEL,
    "eligible_rate": RateSource("outcome_daily", "one_click", CAUSES),
}
"""The rates of sign-in sessions and of pre-fetches, each with the source of its counts."""


@dataclass(frozen=True)
class Explained:
    """The change of a rate. `counts` has the requests and successes of the rate by the names of `COUNTS`.

    `cells` come from `cells_of`, and are empty if the days before or the days now have no requests. `cause` is `BROAD`
    if no cell explains the change.
    """

    counts: dict[str, int]
    cells: pl.DataFrame
    cause: Cause


def explain(
    connection: duckdb.DuckDBPyConnection, subject: tuple[str, str, str], before: Window, now: Window
) -> Explained:
    """Split the change of a rate between two spans of days.

    Args:
        connection: has `outcome_daily`, and the tables of `SESSION_SOURCES`.
        subject: metric, app (`*`: all together) and channel.
        before: days to compare with.
        now: days whose rate is explained.
    """
    metric, app_key, _ = subject
    source = SESSION_SOURCES.get(metric)
    dimensions = source.dimensions if source else CAUSES
    sides = [("", *subject, day, is_now) for span, is_now in ((before, False), (now, True)) for day in span]
    outcomes = compared_sessions(connection, metric, sides) if source else compared(connection, sides)
    counts = {name: int(outcomes[name].sum()) for name in COUNTS}
    if not counts["requests_before"] or not counts["requests_now"]:
        return Explained(counts, NO_CELLS, BROAD)
    cells = cells_of(outcomes, dimensions if app_key == ALL else dimensions[1:])
    return Explained(counts, cells, cause_of(cells))


def sides_of(found: Iterable[RateIncident], days: Sequence[date]) -> list[Side]:
    """Return the days that incidents compare: their baseline, and their newest days."""
    return [
        (one.incident_id, RATE_OF.get(one.metric, one.metric), *one.subject, days[place], is_now)
        for one, fall in found
        for places, is_now in ((fall.baseline, False), (fall.newest, True))
        for place in places
    ]


def compared(connection: duckdb.DuckDBPyConnection, sides: Iterable[Side]) -> pl.DataFrame:
    """Return each incident's requests and successes, before and now: a row for each combination of outcome, result code
    and the dimensions by which causes are searched.

    Args:
        connection: has `outcome_daily`.
        sides: their metrics are rates of requests.
    """
    return _counts(connection, sql("pipelines.incidents", "rate_outcomes"), sides)


def compared_sessions(connection: duckdb.DuckDBPyConnection, metric: str, sides: Iterable[Side]) -> pl.DataFrame:
    """Return each incident's requests and successes, before and now, by the dimensions of the rate's table.

    Args:
        connection: has the table of the rate.
        metric: the metric of all sides, a rate of `SESSION_SOURCES`.
    """
    source, rate = SESSION_SOURCES[metric], METRICS[metric]
    by = ", ".join(("incident_id", *source.dimensions))
    statement = f"""
        SELECT
            {by},
            coalesce(sum(requests) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
            coalesce(sum(successes) FILTER (NOT is_now), 0)::BIGINT AS successes_before,
            coalesce(sum(requests) FILTER (is_now), 0)::BIGINT AS requests_now,
            coalesce(sum(successes) FILTER (is_now), 0)::BIGINT AS successes_now
        FROM (
            SELECT {by}, is_now, {_sums(rate.denominator)} AS requests, {_sums(rate.numerator)} AS successes
            FROM {source.table} JOIN sides ON watched_day = day AND watched_app IN (app_key, '*') GROUP BY ALL
        )
        GROUP BY ALL"""
    return _counts(connection, statement, sides)


def _counts(connection: duckdb.DuckDBPyConnection, statement: str, sides: Iterable[Side]) -> pl.DataFrame:
    connection.register("sides", pl.DataFrame(sides, schema=_SIDES, orient="row"))
    counts = pl.DataFrame(connection.sql(statement))
    connection.unregister("sides")
    return counts


def _sums(counts: str) -> str:
    """Return SQL that sums an expression of counts, such as `requests - cancelled`, over several rows. Each name
    becomes `sum(name)`, or the metric's own expression if that begins with `sum(`.
    """

    def term(count: re.Match[str]) -> str:
        expression = METRICS[count[0]].expression
        return expression if expression.startswith("sum(") else f"sum({count[0]})"

    return re.sub(r"\w+", term, counts)
