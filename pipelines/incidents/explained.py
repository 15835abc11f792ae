"""Any change of a rate, split by the same code that finds the cause of an incident."""

from dataclasses import dataclass, replace
from typing import Final

import duckdb
import polars as pl

from pipelines.common.days import Window
from pipelines.incidents.cause import Cause
from pipelines.incidents.causes import COUNTS, EFFECTS, cause_of, cells_of
from pipelines.incidents.incident import NO_CAUSE
from pipelines.incidents.rate_incidents import compared, dimensions_of

# A rise is the fall back.
_TURNED: Final = dict(zip(COUNTS, (*COUNTS[2:], *COUNTS[:2]), strict=True))


@dataclass(frozen=True)
class Explained:
    """The change of a rate: its requests and successes on either side, the cells, and the cause, if one explains it.

    `cells` are those of `cells_of`; none where a side has no request.
    """

    requests_before: int
    successes_before: int
    requests_now: int
    successes_now: int
    cells: pl.DataFrame
    cause: Cause


def explain(
    connection: duckdb.DuckDBPyConnection, subject: tuple[str, str, str], before: Window, now: Window
) -> Explained:
    """Splits the change of a rate between two spans.

    Args:
        connection: has `outcome_daily`.
        subject: metric, app (`*`: all together) and channel.
        before: days to compare with.
        now: days whose rate is explained.
    """
    metric, app_key, channel = subject
    days = [(day, False) for day in before] + [(day, True) for day in now]
    sides = pl.DataFrame(days, schema={"day": pl.Date, "is_now": pl.Boolean}, orient="row").select(
        pl.lit("").alias("incident_id"), pl.lit(metric).alias("metric"), pl.lit(app_key).alias("app_key"),
        pl.lit(channel).alias("channel"), "day", "is_now",
    )  # fmt: skip
    counts, _ = compared(connection, sides)
    sums = {name: int(counts.get_column(name).sum()) for name in COUNTS}
    if not sums["requests_before"] or not sums["requests_now"]:
        return Explained(**sums, cells=pl.DataFrame(), cause=NO_CAUSE)
    cells = cells_of(counts.drop("incident_id"), dimensions_of(app_key))
    return Explained(**sums, cells=cells, cause=_cause(cells, sums))


def _cause(cells: pl.DataFrame, sums: dict[str, int]) -> Cause:
    """Which cell explains the change; that of a rise is that of the fall back."""
    fall = sums["successes_before"] * sums["requests_now"] - sums["successes_now"] * sums["requests_before"]
    if not fall:
        return NO_CAUSE
    if fall > 0:
        return cause_of(cells)
    effects = [-pl.col(name) for name in EFFECTS]
    turned = cause_of(cells.rename(_TURNED).with_columns(effects))
    return replace(
        turned, before=turned.now, now=turned.before, rest_before=turned.rest_now, rest_now=turned.rest_before
    )
