"""Splits the change of any rate between two spans of days over the cells of the rate's requests. `authmeter explain`
uses it. `causes.py` does the same for incidents.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import duckdb
import polars as pl

from pipelines.common.days import Window
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.dimensions import CAUSES, SESSION_CAUSES, SESSION_DIMENSIONS
from pipelines.incidents.causes import COUNTS, NO_CELLS, cause_of, cells_of
from pipelines.incidents.incident import ALL, BROAD, Cause
from pipelines.incidents.rate_incidents import compared


class RateSource(NamedTuple):
    """The table from which the counts of a rate are read, the channel of the rate (`*`: all), and the dimensions of the
    table, app first.
    """

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
_SIDES: Final = {"incident_id": pl.String, "watched_app": pl.String, "day": pl.Date, "is_now": pl.Boolean}


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
    days = [(day, is_now) for span, is_now in ((before, False), (now, True)) for day in span]
    if source:
        outcomes = compared_sessions(connection, metric, (("", app_key, *day) for day in days))
    else:
        outcomes = compared(connection, (("", *subject, *day) for day in days))
    counts = {name: int(outcomes[name].sum()) for name in COUNTS}
    if not counts["requests_before"] or not counts["requests_now"]:
        return Explained(counts, NO_CELLS, BROAD)
    cells = cells_of(outcomes, dimensions if app_key == ALL else dimensions[1:])
    return Explained(counts, cells, cause_of(cells))


def compared_sessions(
    connection: duckdb.DuckDBPyConnection, metric: str, sides: Iterable[tuple[str, str, date, bool]]
) -> pl.DataFrame:
    """Return each incident's requests and successes, before and now, on the days in `sides`, by the dimensions of the
    rate's table: the input of `cells_of`.

    Args:
        connection: has the table of the rate.
        metric: a rate of `SESSION_SOURCES`.
        sides: incident_id, app_key (`*`: all), day, is_now.
    """
    source, rate = SESSION_SOURCES[metric], METRICS[metric]
    by = ", ".join(("incident_id", *source.dimensions))
    connection.register("incident_days", pl.DataFrame(sides, schema=_SIDES, orient="row"))
    outcomes = pl.DataFrame(
        connection.sql(f"""
        SELECT
            {by},
            coalesce(sum(requests) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
            coalesce(sum(successes) FILTER (NOT is_now), 0)::BIGINT AS successes_before,
            coalesce(sum(requests) FILTER (is_now), 0)::BIGINT AS requests_now,
            coalesce(sum(successes) FILTER (is_now), 0)::BIGINT AS successes_now
        FROM (
            SELECT {by}, is_now, {_sums(rate.denominator)} AS requests, {_sums(rate.numerator)} AS successes
            FROM {source.table} JOIN incident_days USING (day) WHERE watched_app IN (app_key, '*') GROUP BY ALL
        )
        GROUP BY ALL""")
    )
    connection.unregister("incident_days")
    return outcomes


def _sums(counts: str) -> str:
    """Return SQL that sums an expression of counts, such as `requests - cancelled`, over several rows. Each name
    becomes `sum(name)`, or the metric's own expression if that begins with `sum(`.
    """

    def term(count: re.Match[str]) -> str:
        expression = METRICS[count[0]].expression
        return expression if expression.startswith("sum(") else f"sum({count[0]})"

    return re.sub(r"\w+", term, counts)
