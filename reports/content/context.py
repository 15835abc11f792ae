"""Data that the site's pages share: the state of the data day, and the apps.

This module arranges rows of the published tables. The queries that `published.py` runs compute the figures,
`attention.py` the findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import orjson
import polars as pl
from markupsafe import Markup

from pipelines.common.days import WINDOWS, window
from pipelines.common.text import Bilingual
from pipelines.contract.record.fields import ALL_APPS
from reports.content.folders import app_folders
from reports.content.published import Publication, PublishedTables
from reports.content.wording.name_order import pinyin, spelling


@dataclass(frozen=True)
class Day:
    """A row of `day_quality`."""

    day: date
    state: str
    records_accepted: int
    duplicates: int
    unmapped_codes: int
    unregistered_apps: int
    late_records: int
    is_restated: bool
    usual_records: int | None
    """Usual number of counted records on this weekday; None on holidays and after too few days."""
    is_holiday: bool = False
    """Whether no usual volume is expected."""
    is_short: bool = False
    """Whether far fewer records came than usual."""

    @property
    def display_state(self) -> str:
        """The state that pages show: `short` instead of `complete` if far fewer records came than usual."""
        return "short" if self.is_short else self.state


@dataclass(frozen=True)
class FailedCheck:
    """A check of the last run that failed; `day` is None if it concerns the whole run."""

    name: str
    day: date | None
    detail: Bilingual


@dataclass(frozen=True)
class DataState:
    """Content of the bar on top of all pages: publication, data day, and problems of the last 30 days."""

    publication: Publication
    today: Day
    coverage: dict[int, int]
    """Number of days with data, by length of the window in days."""
    missing_days: tuple[date, ...]
    restated_days: tuple[date, ...]
    days_with_late_records: tuple[tuple[date, int], ...]
    changes: tuple[tuple[int | None, float | None], ...]
    """One entry for each change of a published day in the last 60 days: age of the day in days (None if it was not
    recorded), and the changed share of its records (None if not known).
    """
    retention_days: int
    """For how many days late records of a day are counted."""
    failed_checks: tuple[FailedCheck, ...]
    events_from: date | None = None
    """The first day whose events are stored; None if no event was removed."""

    def is_final(self, day: date) -> bool:
        """Return whether late records of a day are no longer counted."""
        is_too_old = day + timedelta(days=self.retention_days) < self.publication.as_of
        return is_too_old or bool(self.events_from and day < self.events_from)


@dataclass(frozen=True)
class App:
    """An app as lists show it; `status`: `enabled`, `disabled`, `disabled_active` (but it logs) or `unregistered`."""

    key: str
    name: str
    platform: str
    status: str
    account_id: str | None
    schemes: int
    folder: str


class Quality(dict[date, Day]):
    """The rows of `day_quality` by day: every day from the first record to the as-of."""

    @cached_property
    def with_data(self) -> frozenset[date]:
        """The days on which any app has data."""
        return frozenset(day for day, one in self.items() if one.state == "complete")

    @cached_property
    def holidays(self) -> frozenset[date]:
        """The days on which no usual volume is expected."""
        return frozenset(day for day, one in self.items() if one.is_holiday)

    def coverage(self, span: Iterable[date]) -> int:
        """Return how many days of a span have data."""
        return len(self.with_data.intersection(span))


def quality_by_day(marts: PublishedTables) -> Quality:
    """Return the published days with their quality."""
    return Quality((row[0], Day(*row)) for row in marts.rows("day_quality"))


def data_state(
    marts: PublishedTables, quality: Quality, retention_days: int, events_from: date | None = None
) -> DataState:
    """Return the content of the bar on top of all pages: publication, data day, and problems of the last 30 days.

    Args:
        retention_days: a day's late records are counted for this many days after it.
        events_from: the first day whose events are stored; None if no event was removed.
    """
    as_of = marts.publication.as_of
    listed = [quality.get(day) or _no_data(day) for day in window(as_of, max(WINDOWS))]
    first = marts.publication.first_day
    return DataState(
        publication=marts.publication,
        today=listed[-1],
        coverage={n: quality.coverage(window(as_of, n)) for n in WINDOWS},
        # Days before the first record are not missing.
        missing_days=tuple(day.day for day in listed if day.state == "missing" and first and day.day >= first),
        restated_days=tuple(day.day for day in listed if day.is_restated),
        days_with_late_records=tuple((day.day, day.late_records) for day in listed if day.late_records),
        changes=tuple((age, part) for age, part in marts.rows("days/changed_days")),
        retention_days=retention_days,
        failed_checks=tuple(
            FailedCheck(name, day, Bilingual(zh, en))
            for name, _, passed, day, zh, en in marts.rows("checks")
            if not passed
        ),
        events_from=events_from,
    )


def _no_data(day: date) -> Day:
    """Return the entry of a day before the first record: state `missing`, all counts 0."""
    return Day(day, "missing", 0, 0, 0, 0, 0, False, None)


def apps(marts: PublishedTables) -> list[App]:
    """Return every app, sorted by key."""
    rows = marts.rows("site/known_apps")
    folders = app_folders(row[0] for row in rows)
    return [
        App(key, name, platform, status, account_id, schemes, folders[key])
        for key, name, platform, status, account_id, schemes in rows
    ]


def listed_apps(found: list[App], with_workbook: set[str]) -> pl.DataFrame:
    """Return a frame with a row for each app and for `*` (all apps), the input of `PublishedTables.prepare`. Apps whose
    key is in `with_workbook` get an xlsx.
    """
    rows = [
        (app.key, app.name, app.platform, app.status, app.account_id, app.schemes, app.folder, app.key in with_workbook)
        for app in found
    ]
    return pl.DataFrame(
        [(ALL_APPS, ALL_APPS, None, None, None, None, None, False), *rows],
        {"app_key": pl.String, "app_name": pl.String, "platform": pl.String, "status": pl.String,
         "account_id": pl.String, "schemes": pl.Int64, "folder": pl.String, "has_xlsx": pl.Boolean},
        orient="row",
    )  # fmt: skip


def name_order(found: list[App]) -> pl.DataFrame:
    """Return key, rank (`place`) and pinyin of each app, sorted by name: the input of `PublishedTables.order`."""
    spelt = {app.key: spelling(app.name) for app in found}
    ordered = sorted(spelt, key=lambda key: (spelt[key], key))
    return pl.DataFrame(
        [(key, place, pinyin(spelt[key])) for place, key in enumerate(ordered)],
        {"app_key": pl.String, "place": pl.Int64, "pinyin": pl.String},
        orient="row",
    )


def json_block(content: Any) -> Markup:
    """Return data as JSON for a script element that browsers do not run. No text in it can close that element."""
    # Without `<` nothing in it can close the element or open a comment.
    return Markup(orjson.dumps(content).replace(b"<", b"\\u003c").decode())
