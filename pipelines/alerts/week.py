"""Reads the content of the weekly message from the published file: figures, incidents, packages and bill.

A week is Monday to Sunday. The words of the message are in `week_message.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from pipelines.alerts.figures import key_figures, read_key_days
from pipelines.common.days import days_between
from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.measures.sql import has_data, sql
from pipelines.contract.registry.packages import has_unseen_uses
from pipelines.contract.status import is_problem
from pipelines.incidents.published import PublishedIncident, incidents_of
from pipelines.store.database import named_rows
from pipelines.store.published_file import last_day_of, published_tables

if TYPE_CHECKING:
    from pipelines.incidents.usual.key_days import KeyDays

_DAYS: Final = 7
_BILLED: Final = "billable_verifications"


@dataclass(frozen=True)
class WeekFigure:
    """One figure over a week.

    Attributes:
        week_before: its value over the week before.
        change: the change between both weeks, over the weekdays with data in both: for a count the ratio minus 1, for a
            rate the difference; None if it cannot be computed.
        matched_days: the number of weekdays with data in both weeks.
        usual: the usual value over the week's days with data; None if one of these days has no usual value.
    """

    metric: str
    value: float | None
    week_before: float | None
    change: float | None
    matched_days: int
    usual: float | None


@dataclass(frozen=True)
class WeekIncident:
    """An incident that began or ended, with its text."""

    incident_id: str
    text: Bilingual


@dataclass(frozen=True)
class Week:
    """The content of a weekly message, without incidents of the kind `further` and incidents that are part of another.

    Attributes:
        days: the number of days with data.
        opened: the incidents that began in the week.
        ended: the incidents whose end was detected in the week, or in weeks without data just before it.
        packages: a row for each account with an active package.
        bills: a row for each account with a bill for the newest billed month.
    """

    first: date
    last: date
    days: int
    figures: tuple[WeekFigure, ...]
    opened: tuple[WeekIncident, ...]
    ended: tuple[WeekIncident, ...]
    packages: tuple[Mapping[str, Any], ...]
    bills: tuple[Mapping[str, Any], ...]


def last_sunday(day: date) -> date:
    """Return the newest Sunday that is not after a day."""
    return day - timedelta(days=day.isoweekday() % 7)


def read_week(database: Path, sunday: date) -> Week | None:
    """Return the content of the weekly message for the week that ends on `sunday`.

    Return None if the week has no data, or if the published file is missing, damaged or of another version.
    """
    days = list(days_between(sunday - timedelta(days=_DAYS - 1), sunday))
    try:
        with published_tables(database) as connection:
            # A week that is sent late ended some days before the as-of.
            key_days = read_key_days(connection, (last_day_of(connection) - sunday).days + 2 * _DAYS)
            incidents = [
                one for one in incidents_of(connection) if one.is_independent and is_problem(one.incident.kind)
            ]
            states = connection.execute("SELECT account_id, state, missing_days FROM resource_packages").fetchall()
            bounded = {account_id for account_id, *of_package in states if has_unseen_uses(*of_package)}
            packages = [
                one | {"is_upper_bound": one["account_id"] in bounded}
                for one in named_rows(connection, sql("pipelines.alerts", "packages_left"))
            ]
            bills = named_rows(connection, sql("pipelines.alerts", "newest_bill"))
            ((before,),) = connection.execute(
                f"SELECT max(day) FROM day_quality WHERE {has_data()} AND day < $1", [days[0]]
            ).fetchall()
    except (AuthmeterError, duckdb.Error):
        return None
    with_data = sum(key_days.counts[day][_BILLED] is not None for day in days)
    if not with_data:
        return None
    figures = tuple(_figure(name, days, key_days) for name in (*key_figures(), _BILLED))
    opened = _words(one for one in incidents if days[0] <= one.incident.first_day <= sunday)
    # Weeks without data had no message, so their ends are reported in this one.
    since = last_sunday(before + timedelta(days=_DAYS - 1)) if before else days[0] - timedelta(days=1)
    ended = _words(one for one in incidents if since < (one.incident.ended_on or date.min) <= sunday)
    return Week(days[0], sunday, with_data, figures, opened, ended, tuple(packages), tuple(bills))


def _words(some: Iterable[PublishedIncident]) -> tuple[WeekIncident, ...]:
    return tuple(WeekIncident(one.incident.incident_id, one.text) for one in some)


def _figure(name: str, days: Sequence[date], key_days: "KeyDays") -> WeekFigure:
    before = [day - timedelta(days=_DAYS) for day in days]
    counts = key_days.counts
    pairs = [
        (now, then)
        for now, then in zip(days, before, strict=True)
        if counts[now][_BILLED] is not None and counts[then][_BILLED] is not None
    ]
    matched = [_over(name, side, counts) for side in ([now for now, _ in pairs], [then for _, then in pairs])]
    return WeekFigure(
        name,
        _over(name, days, counts),
        _over(name, before, counts),
        _change(name, *matched),
        len(pairs),
        _usual(name, days, key_days),
    )


def _over(name: str, days: Sequence[date], counts: Mapping[date, Mapping[str, int | None]]) -> float | None:
    """Return a figure over the days with data: the sum of a count, or for a rate the ratio of two sums. Return None if
    no day has data, or if a rate has no requests.
    """
    known = [counts[day] for day in days if counts[day][_BILLED] is not None]
    if name != TECHNICAL:
        return sum(one[name] or 0 for one in known) if known else None
    requests = sum(one["technical_requests"] or 0 for one in known)
    return sum(one["authorizations"] or 0 for one in known) / requests if requests else None


def _change(name: str, now: float | None, then: float | None) -> float | None:
    if now is None or then is None:
        return None
    if name == TECHNICAL:
        return now - then
    return now / then - 1 if then else None


def _usual(name: str, days: Sequence[date], key_days: "KeyDays") -> float | None:
    """Return the usual value of the days with data: for a count the sum, for a rate the mean weighted by requests.

    Return None if one of these days has no usual value, or if no day has data.
    """
    norms = {row.day: row for row in key_days.norms.get(name, ())}
    with_data = [norms[day] for day in days if day in norms and key_days.counts[day][_BILLED] is not None]
    usual = [row.usual for row in with_data if row.usual is not None]
    if not usual or len(usual) < len(with_data):
        return None
    if name != TECHNICAL:
        return sum(usual)
    requests = [key_days.counts[row.day]["technical_requests"] or 0 for row in with_data]
    return sum(a * b for a, b in zip(usual, requests, strict=True)) / sum(requests) if sum(requests) else None
