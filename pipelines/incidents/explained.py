"""Any change of a rate, split by the same code that finds the cause of an incident."""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.common.days import Window
from pipelines.contract.record.dimensions import CAUSES
from pipelines.incidents.causes import COUNTS, cause_of, cells_of
from pipelines.incidents.incident import ALL, BROAD, Cause
from pipelines.incidents.rate_incidents import compared


@dataclass(frozen=True)
class Explained:
    """The change of a rate: its requests and successes on either side by the names of `COUNTS`, the cells, and the
    cause, if one explains it.

    `cells` are those of `cells_of`; none where a side has no request.
    """

    counts: dict[str, int]
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
    _, app_key, _ = subject
    outcomes = compared(
        connection, [("", *subject, day, is_now) for days, is_now in ((before, False), (now, True)) for day in days]
    )
    counts = {name: int(outcomes[name].sum()) for name in COUNTS}
    if not counts["requests_before"] or not counts["requests_now"]:
        return Explained(counts, pl.DataFrame(), BROAD)
    cells = cells_of(outcomes, CAUSES if app_key == ALL else CAUSES[1:])
    return Explained(counts, cells, cause_of(cells))
