"""The figures of a message about the published day, read from the published file.

Here: the headline figures, each with its usual range, and the curve of an incident. The words are in `message.py`, the
figures of a week in `week.py`.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from pipelines.common.days import days_between, window
from pipelines.common.errors import AuthmeterError
from pipelines.contract.measures.counts import HEADLINE, HEADLINE_USAGE, TECHNICAL
from pipelines.contract.measures.sql import sql
from pipelines.incidents.incident import Incident
from pipelines.incidents.published import incident_days, incidents_of
from pipelines.store.database import named_rows, open_published

if TYPE_CHECKING:
    from pipelines.incidents.norms import DayNorm

# An incident's curve begins so many days before its first day.
_DAYS_BEFORE: Final = 14
_WEEK: Final = 7


@dataclass(frozen=True)
class Figure:
    """One headline figure of a day, beside the same weekday of the week before and beside what is usual of the day.

    `change` is ratio - 1, of a rate the difference; None where there is nothing to compare with. `usual`, `low` and
    `high` are None with too few days for a norm, and of a figure that is no key figure.
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
    """The figures of the published day; `usual_records` are those of a usual day of its weekday, `days` counts the days
    with data."""

    figures: tuple[Figure, ...] = ()
    records: int | None = None
    usual_records: int | None = None
    is_short: bool = False
    days: int | None = None

    @property
    def key_figures(self) -> list[Figure]:
        """The figures that the briefing shows, in its order, but for those without a value."""
        by_metric = {one.metric: one for one in self.figures if one.value is not None}
        return [by_metric[name] for name in key_figures() if name in by_metric]


@dataclass(frozen=True)
class Curve:
    """The days of an incident and two weeks before it; None: no data. `is_rate`: the values are shares."""

    first: date
    values: tuple[float | None, ...]
    first_day: date
    is_rate: bool

    @property
    def is_drawn(self) -> bool:
        """Whether there is more than one value to draw."""
        return len({value for value in self.values if value is not None}) > 1


@dataclass(frozen=True)
class KeyDays:
    """Some days up to the as-of: their counts, those without data being None, and the last ones' norms by figure."""

    counts: dict[date, dict[str, int | None]]
    norms: "dict[str, list[DayNorm]]"


def read_headline(database: Path) -> Headline:
    """The headline figures of the published day; none where there is no published file of this version."""
    try:
        with closing(open_published(database)) as connection:
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
    return Headline(figures, found["records"], found["usual_records"], found["is_short"], found["days"])


def read_curve(database: Path, incident_id: str) -> Curve | None:
    """The curve of a published incident; None where there is no such incident, or no published file of this version."""
    try:
        with closing(open_published(database)) as connection:
            published = (one.incident for one in incidents_of(connection))
            one = next((one for one in published if one.incident_id == incident_id), None)
            if one is None:
                return None
            as_of = _as_of(connection)
            found = {day: (counted, of) for _, day, counted, of in incident_days(connection, [incident_id], as_of)}
            rows = _key_rows(connection, (as_of - one.first_day).days + _DAYS_BEFORE + 1)
    except (AuthmeterError, duckdb.Error):
        return None
    first = one.first_day - timedelta(days=_DAYS_BEFORE)
    complete = {day for day, row in rows.items() if row["is_complete"]}
    values = (_value(one, *found.get(day, (0, 0))) if day in complete else None for day in days_between(first, as_of))
    return Curve(first, tuple(values), one.first_day, one.is_rate)


def read_key_days(connection: duckdb.DuckDBPyConnection, last: int) -> KeyDays:
    """Return the days up to the as-of that the norms of the last ones take, and these norms."""
    from pipelines.incidents.key_figures import COUNTED, key_observations
    from pipelines.incidents.norms import REFERENCE_DAYS, IncidentDays, norms_of

    days = REFERENCE_DAYS + last
    rows = _key_rows(connection, days)
    names = dict.fromkeys((*COUNTED, *HEADLINE_USAGE))
    counts: dict[date, dict[str, int | None]] = {
        day: {name: rows[day][name] if day in rows and rows[day]["is_complete"] else None for name in names}
        for day in window(_as_of(connection), days)
    }
    holidays = {day for day, row in rows.items() if row["is_holiday"]}
    struck = IncidentDays(one.incident for one in incidents_of(connection))
    return KeyDays(counts, norms_of(key_observations(counts, struck, holidays), last))


def _key_rows(connection: duckdb.DuckDBPyConnection, days: int) -> dict[date, dict[str, Any]]:
    """The counts of the last days, of those that have any state."""
    return {row["day"]: row for row in named_rows(connection, sql("pipelines.alerts", "key_days"), {"days": days})}


def _as_of(connection: duckdb.DuckDBPyConnection) -> date:
    ((as_of,),) = connection.execute("SELECT as_of FROM publication").fetchall()
    return as_of  # type: ignore[no-any-return]


def key_figures() -> tuple[str, ...]:
    """Return the metrics of the key figures, in the order of the briefing."""
    # Imported where they are used, as in `read_key_days`: they load NumPy, and most runs send nothing.
    from pipelines.incidents.key_figures import KEY_FIGURES

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
    """A row of blocks, the lowest for `low` and the highest for `high`, a dot for a day without data."""
    steps = "▁▂▃▄▅▆▇█"
    top = len(steps) - 1
    return "".join("·" if one is None else steps[round((one - low) / (high - low) * top)] for one in values)
