"""Queries that sum tables of days over each window that ends with the as-of.

Days are first summed by `shortest`, the shortest window that contains them (`sql/windows/day_windows.sql`). The result
has a fraction of the rows, and the sums of all windows are computed from it.
"""

from collections.abc import Iterable
from typing import Final

from pipelines.contract.measures.session_metrics import FUNNEL, WAYS
from pipelines.contract.measures.sql import sums
from pipelines.contract.record.dimensions import SESSION_DIMENSIONS
from pipelines.contract.record.fields import ALL_APPS


def by_shortest(table: str, by: Iterable[str], counts: Iterable[str]) -> str:
    """Return a query that sums the columns `counts` of `table` by app, shortest window and the columns `by`."""
    keys = ", ".join(("app_key", "shortest", *by))
    return f"SELECT {keys}, {sums(counts)} FROM {table} JOIN day_windows USING (day) GROUP BY {keys}"


def over_windows(cells: str, by: Iterable[str], counts: Iterable[str]) -> str:
    """Return a query that sums the columns `counts` by window (1, 7, 30, 90 days) and the columns `by`, for each app
    and for all apps together (`*`). `cells` is a relation with the result of `by_shortest`: its name, or the query as
    a subquery.
    """
    keys = ", ".join(("window_days", *by))
    windows = "(SELECT DISTINCT shortest AS window_days FROM day_windows) AS windows"
    return (
        f"SELECT coalesce(app_key, '{ALL_APPS}') AS app_key, {keys}, {sums(counts)} "
        f"FROM {cells} JOIN {windows} ON shortest <= window_days "
        f"GROUP BY {keys}, GROUPING SETS ((app_key), ()) ORDER BY app_key"
    )


def _of_days(table: str, by: tuple[str, ...], counts: tuple[str, ...]) -> str:
    return over_windows(f"({by_shortest(table, by, counts)}) AS cells", by, counts)


_WAYS: Final = ("sessions", *WAYS)
WINDOW_SUMS: Final = {
    "session_cells": by_shortest("session_daily", ("entry_channel", *SESSION_DIMENSIONS), _WAYS) + " ORDER BY app_key",
    "funnel_cells": by_shortest("funnel_daily", SESSION_DIMENSIONS, ("sessions", *FUNNEL)) + " ORDER BY app_key",
    "sign_in_ways": over_windows("session_cells", ("entry_channel",), _WAYS),
    "sign_in_paths": _of_days(
        "session_paths_daily", ("failed_channel", "failure", "way", "signed_in_by"), ("sessions", "within_minute")
    ),
    "sign_in_stops": _of_days("session_stops_daily", ("channel", "stage", "outcome"), ("sessions",)),
}
"""Sums of sign-in sessions, by the name of their step."""
