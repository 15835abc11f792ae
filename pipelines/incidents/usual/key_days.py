"""Reads the counts behind the key figures by day, with the usual range of each figure, for pages and messages."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.common.days import window
from pipelines.contract.measures.counts import HEADLINE_USAGE
from pipelines.contract.measures.sql import sql
from pipelines.incidents.usual.key_figures import COUNTED, key_observations
from pipelines.incidents.usual.norms import REFERENCE_DAYS, DayNorm, IncidentDays, norms_of
from pipelines.store.database import named_rows


@dataclass(frozen=True)
class KeyDays:
    """The counts of each day up to the as-of, and the norms of the newest days.

    `counts` has each count by day and name, None on a day without data. `norms` has the norms by key figure.
    """

    counts: dict[date, dict[str, int | None]]
    norms: dict[str, list[DayNorm]]


def key_days(connection: duckdb.DuckDBPyConnection, as_of: date, last: int, incident_days: IncidentDays) -> KeyDays:
    """Return the counts of the `last` days up to the as-of and of eight weeks before, and norms of the `last` days."""
    days = window(as_of, REFERENCE_DAYS + last)
    rows = key_rows(connection, days.first, as_of)
    names = dict.fromkeys((*COUNTED, *HEADLINE_USAGE))
    counts: dict[date, dict[str, int | None]] = {
        day: {name: rows[day][name] if day in rows and rows[day]["is_complete"] else None for name in names}
        for day in days
    }
    holidays = {day for day, row in rows.items() if row["is_holiday"]}
    return KeyDays(counts, norms_of(key_observations(counts, incident_days, holidays), last))


def key_rows(connection: duckdb.DuckDBPyConnection, first: date, as_of: date) -> dict[date, dict[str, Any]]:
    """Return the rows of `sql/key_days.sql` by day; days without a row in `day_quality` are left out."""
    given: dict[str, object] = {"first": first, "as_of": as_of}
    return {row["day"]: row for row in named_rows(connection, sql("pipelines.incidents", "key_days"), given)}
