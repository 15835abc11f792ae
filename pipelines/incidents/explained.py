"""Splits the change of any rate between two spans of days over the cells of the rate's requests. `authmeter explain`
uses it. `causes.py` does the same for incidents.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
    if source:
        outcomes = _sessions(connection, source, metric, app_key, before, now)
    else:
        days = [("", *subject, day, is_now) for span, is_now in ((before, False), (now, True)) for day in span]
        outcomes = compared(connection, days)
    counts = {name: int(outcomes[name].sum()) for name in COUNTS}
    if not counts["requests_before"] or not counts["requests_now"]:
        return Explained(counts, NO_CELLS, BROAD)
    cells = cells_of(outcomes, dimensions if app_key == ALL else dimensions[1:])
    return Explained(counts, cells, cause_of(cells))


def _sessions(
    connection: duckdb.DuckDBPyConnection, source: RateSource, metric: str, app_key: str, before: Window, now: Window
) -> pl.DataFrame:
    """Return the counts of a rate of `SESSION_SOURCES` by the dimensions of its table, as input of `cells_of`."""
    rate = METRICS[metric]
    sides = " UNION ALL BY NAME ".join(
        f"SELECT {', '.join(source.dimensions)}, {_sums(rate.denominator)} AS requests_{side}, "
        f"{_sums(rate.numerator)} AS successes_{side} FROM {source.table} "
        f"WHERE day BETWEEN ${side}_first AND ${side}_last AND $app_key IN (app_key, '*') GROUP BY ALL"
        for side in ("before", "now")
    )
    counts = ", ".join(f"coalesce({name}, 0)::BIGINT AS {name}" for name in COUNTS)
    spans = {"before_first": before.first, "before_last": before.last, "now_first": now.first, "now_last": now.last}
    query = f"SELECT '' AS incident_id, * REPLACE ({counts}) FROM ({sides})"
    return pl.DataFrame(connection.sql(query, params=spans | {"app_key": app_key}))


def _sums(counts: str) -> str:
    """Return SQL that sums an expression of counts, such as `requests - cancelled`, over several rows. Each name
    becomes `sum(name)`, or the metric's own expression if that begins with `sum(`.
    """

    def term(count: re.Match[str]) -> str:
        expression = METRICS[count[0]].expression
        return expression if expression.startswith("sum(") else f"sum({count[0]})"

    return re.sub(r"\w+", term, counts)
