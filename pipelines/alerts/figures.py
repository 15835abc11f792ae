"""Reads the figures of a message from the published file: headline figures with usual ranges, and an incident's curve.

The words are in `message.py`, the figures of a week in `week.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from pipelines.common.days import days_between
from pipelines.common.errors import AuthmeterError
from pipelines.contract.measures.counts import HEADLINE, TECHNICAL
from pipelines.contract.measures.sql import sql
from pipelines.incidents.incident import Incident
from pipelines.incidents.published import incident_days, incidents_of
from pipelines.store.database import named_rows
from pipelines.store.published_file import last_day_of, published_tables

if TYPE_CHECKING:
    from pipelines.incidents.usual.key_days import KeyDays
    from pipelines.incidents.usual.norms import DayNorm

# The curve of an incident begins this many days before the incident's first day.
_DAYS_BEFORE: Final = 14
_WEEK: Final = 7


@dataclass(frozen=True)
class Figure:
    """A headline figure of a day, its value a week earlier (`week_before`), and the day's usual range.

    `change` is `value / week_before - 1`, for a rate `value - week_before`; None if it cannot be computed. `usual`,
    `low` and `high` are None if the metric is no key figure, or has too few days for a usual range.
    """

    metric: str
    value: float | None
    week_before: float | None
    change: float | None
    usual: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Headline:
    """The headline figures of the published day.

    Attributes:
        records: the number of the day's records.
        usual_records: the usual number of records on the weekday of the day.
        is_short: whether the day has far fewer records than usual.
        days: the number of all days with data.
        newest_day: the last day with data.
    """

    figures: tuple[Figure, ...] = ()
    records: int | None = None
    usual_records: int | None = None
    is_short: bool = False
    days: int | None = None
    newest_day: date | None = None

    @property
    def key_figures(self) -> list[Figure]:
        """The figures that the briefing shows as key figures and that have a value, in the briefing's order."""
        by_metric = {one.metric: one for one in self.figures if one.value is not None}
        return [by_metric[name] for name in key_figures() if name in by_metric]


@dataclass(frozen=True)
class Curve:
    """An incident's value on each day from `first`, two weeks before its `first_day`, to the as-of.

    A day without data has None; for a rate also a day without requests.
    """

    first: date
    values: tuple[float | None, ...]
    first_day: date
    is_rate: bool

    @property
    def is_drawn(self) -> bool:
        """Whether a chart is drawn: only if at least two of the values differ."""
        return len({value for value in self.values if value is not None}) > 1


def read_headline(database: Path) -> Headline:
    """Return the published day's headline; empty if the published file is missing, damaged or of another version."""
    try:
        with published_tables(database) as connection:
            (found,) = named_rows(connection, sql("pipelines.alerts", "headline"))
            norms = read_key_days(connection, 1 + _WEEK).norms
    except (AuthmeterError, duckdb.Error):
        return Headline()
    technical = norms[TECHNICAL]
    value, before = technical[-1].value, technical[0].value
    change = None if value is None or before is None else value - before
    compared = {name: found[name] for name in HEADLINE}
    compared[TECHNICAL] = {"value": value, "week_before": before, "change": change}
    figures = tuple(Figure(name, **one, **_usual(name, norms)) for name, one in compared.items())
    return Headline(
        figures, found["records"], found["usual_records"], found["is_short"], found["days"], found["newest_day"]
    )  # fmt: skip


def read_curve(database: Path, incident_id: str) -> Curve | None:
    """Return the curve of a published incident.

    Return None if the incident does not exist, or if the published file is missing, damaged or of another version.
    """
    from pipelines.incidents.usual.key_days import key_rows

    try:
        with published_tables(database) as connection:
            published = (one.incident for one in incidents_of(connection))
            one = next((one for one in published if one.incident_id == incident_id), None)
            if one is None:
                return None
            as_of = last_day_of(connection)
            first = one.first_day - timedelta(days=_DAYS_BEFORE)
            found = {day: (counted, of) for _, day, counted, of in incident_days(connection, [incident_id], first)}
            rows = key_rows(connection, first, as_of)
    except (AuthmeterError, duckdb.Error):
        return None
    complete = {day for day, row in rows.items() if row["is_complete"]}
    values = (_value(one, *found.get(day, (0, 0))) if day in complete else None for day in days_between(first, as_of))
    return Curve(first, tuple(values), one.first_day, one.is_rate)


def read_key_days(connection: duckdb.DuckDBPyConnection, last: int) -> "KeyDays":
    """Return the daily counts for the key figures, and the usual ranges of the newest `last` days up to the as-of."""
    from pipelines.incidents.usual.key_days import key_days
    from pipelines.incidents.usual.norms import IncidentDays

    affected_days = IncidentDays(one.incident for one in incidents_of(connection))
    return key_days(connection, last_day_of(connection), last, affected_days)


def key_figures() -> tuple[str, ...]:
    """Return the metrics of the key figures, in the order of the briefing."""
    # Imported lazily, as in `read_key_days`: the modules load NumPy, and most runs send nothing.
    from pipelines.incidents.usual.key_figures import KEY_FIGURES

    return KEY_FIGURES


def _usual(name: str, norms: "dict[str, list[DayNorm]]") -> dict[str, float | None]:
    if name not in norms:
        return {}
    day = norms[name][-1]
    return {"usual": day.usual, "low": day.low, "high": day.high}


def _value(one: Incident, counted: int, requests: int | None) -> float | None:
    if not one.is_rate:
        return counted
    return counted / requests if requests else None


def blocks(values: Iterable[float | None], low: float, high: float) -> str:
    """Return a bar chart of one character a day, from `▁` for `low` to `█` for `high`; `·` for a day without data."""
    steps = "▁▂▃▄▅▆▇█"
    top = len(steps) - 1
    return "".join("·" if one is None else steps[round((one - low) / (high - low) * top)] for one in values)
