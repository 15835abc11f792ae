"""One published incident as reports show it: its texts, link, codes, note, and the cells of its cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from pipelines.common.text import MIDDLE_DOT, Bilingual, half_up
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.record.dimensions import BY_KEY, CAUSES, SESSION_CAUSES
from pipelines.contract.record.fields import ALL_APPS
from pipelines.incidents.acknowledging import note_line
from pipelines.incidents.cause_words import Channels, app_called, cell_words
from pipelines.incidents.detection.fall import WINDOW_DAYS
from pipelines.incidents.published import Note, PublishedIncident
from pipelines.incidents.words import incident_text
from reports.content.context import App
from reports.content.wording.language import t
from reports.content.wording.words import word

# Placeholder for the app's name, which pages isolate from the text because it may change the direction of writing.
_NAME_MARK: Final = "@"
# The page to which an incident of all apps together links: the page of its metric, or else of its kind.
_ALL_APPS_PAGES: Final = {
    "rate": "monitor.html", "volume": "usage.html", "data": "quality.html", "further": "monitor.html",
    SIGN_IN: "signin.html",
}  # fmt: skip
# The section of an app's page that shows the metric.
_PARTS_OF_PAGES: Final = {SIGN_IN: "#sign-ins"}
_DIMENSIONS: Final = {name: BY_KEY[name].label for name in (*CAUSES, *SESSION_CAUSES)}


@dataclass(frozen=True)
class Cell:
    """Requests and rate of one value of a dimension, before and now.

    `effect` is the value's part of the change of the whole rate, as a difference of rates: -0.02 is two percentage
    points down.
    """

    value: Bilingual
    requests_before: int
    rate_before: float | None
    requests_now: int
    rate_now: float | None
    effect: float


@dataclass(frozen=True)
class PageIncident:
    """A published incident with details for the pages.

    Attributes:
        link: the page of its app, or the page that shows all apps together, relative to the root of the site.
        fragment: the section of its app's page that shows its metric, or empty.
        folder: the folder of its app; None for all apps together.
        restated_days: number of its days whose figures were changed after publication.
        dimension: the dimension of `cells`; None without a cause.
        is_unregistered: whether its app, or the app that is its cause, is not in the registry.
        failed: for an incident of the sign-in rate, a sentence about the sessions with a failure. None for other
            incidents, or without such a session.
    """

    published: PublishedIncident
    link: str
    fragment: str
    folder: str | None
    as_of: date
    restated_days: int
    dimension: Bilingual | None
    cells: tuple[Cell, ...]
    is_unregistered: bool = False
    failed: Bilingual | None = None

    @property
    def incident_id(self) -> str:
        """The incident's id."""
        return self.published.incident.incident_id

    @property
    def state(self) -> str:
        """`open`, `recovered` or `settled`."""
        return self.published.incident.state

    @property
    def name(self) -> str | None:
        """The name of the incident's app, which pages show before the text; None for all apps together."""
        one, key = self.published, self.published.incident.app_key
        return None if key == ALL_APPS else app_called(one.app_name, key, with_key=one.is_name_shared)

    @cached_property
    def text(self) -> Bilingual:
        """The incident in one line, without the name of the app. Cached because many pages show the line."""
        one = self.published
        said = incident_text(one.incident, _NAME_MARK, one.as_of, one.cause_app_name, one.channels)
        return Bilingual(said.zh.removeprefix(_NAME_MARK), said.en.removeprefix(_NAME_MARK))

    @property
    def level_day_count(self) -> int | None:
        """The number of days behind the incident's present level; None for a fault of the data."""
        return None if self.is_of_data else min(self.published.incident.days, WINDOW_DAYS)

    @property
    def lost_in_all(self) -> int:
        """The loss over all days of the incident, as a whole number."""
        return int(half_up(self.published.incident.lost_total, 0))

    @property
    def level_days(self) -> Bilingual | None:
        """The days behind the incident's present level, in words; None for a fault of the data."""
        days = self.level_day_count
        if days is None:
            return None
        return t("newest day") if days == 1 else t("newest {days} days").format(days=days)

    @property
    def codes(self) -> Bilingual | None:
        """The outcomes and result codes that grew, in words; None if the incident has none.

        An outcome without a code is left out if the same outcome is listed with a code.
        """
        codes = self.published.incident.codes
        if not codes:
            return None
        grown = codes.split(", ")
        with_code = {outcome for outcome, space, _ in (one.partition(" ") for one in grown) if space}
        return MIDDLE_DOT.join([_code(one) for one in grown if one not in with_code])

    @property
    def note(self) -> Note | None:
        """The note from the registry about the incident, if there is one."""
        return self.published.note

    @property
    def is_amber(self) -> bool:
        """Whether the incident is open and needs no action: pages show it in amber instead of red."""
        return self.published.is_open and not self.published.is_alarm

    @property
    def is_acknowledged_open(self) -> bool:
        """Whether the incident is open and acknowledged."""
        return self.published.is_open and self.published.is_acknowledged

    @property
    def note_line(self) -> Bilingual | None:
        """The row for `registry/notes.csv` that acknowledges the incident.

        None if the incident is not open, already acknowledged, or part of another incident.
        """
        one = self.published
        if not (one.is_open and one.is_independent) or one.is_acknowledged:
            return None
        return note_line(self.as_of, one.incident.app_key, self.incident_id)

    @property
    def is_of_data(self) -> bool:
        """Whether the incident is a fault of the data, such as missing records."""
        return self.published.incident.kind == "data"


def incident_of(
    one: PublishedIncident, by_key: Mapping[str, App], as_of: date, restated_days: int, cells: list[tuple[Any, ...]]
) -> PageIncident:
    """Return a published incident with the details that reports show.

    Args:
        by_key: the apps that have a page.
        restated_days: the number of the incident's days whose figures were changed after publication.
        cells: the incident's rows of `incidents/incident_cells`, without the first column.
    """
    incident = one.incident
    app = None if incident.app_key == ALL_APPS else by_key[incident.app_key]
    page = _ALL_APPS_PAGES.get(incident.metric) or _ALL_APPS_PAGES[incident.kind]
    dimensions = cells[0][0].split(" & ") if cells else []
    # In a cause of several dimensions the app comes first.
    named, _, value = (incident.cause.cell or "").partition("=")
    cause_app = by_key.get(value.partition(" & ")[0]) if named == "app_key" else None
    return PageIncident(
        published=one,
        link=f"apps/{app.folder}/index.html" if app else page,
        fragment=_PARTS_OF_PAGES.get(incident.metric, "") if app else "",
        folder=app.folder if app else None,
        as_of=as_of,
        restated_days=restated_days,
        dimension=MIDDLE_DOT.join([_DIMENSIONS[name] for name in dimensions]) if cells else None,
        is_unregistered=any(one is not None and one.status == "unregistered" for one in (app, cause_app)),
        cells=tuple(Cell(_value(dimensions, value, by_key, one.channels), *rest) for _, value, *rest in cells),
    )


def _value(dimensions: list[str], value: str, by_key: Mapping[str, App], channels: Channels) -> Bilingual:
    """Return a cell's value in words; in a pair the app comes first."""
    values = value.split(" & ", 1) if len(dimensions) > 1 else [value]
    app = by_key.get(values[0]) if dimensions[0] == "app_key" else None
    app_name = app.name if app else None
    return MIDDLE_DOT.join(
        [cell_words(f"{name}={one}", app_name, channels) for name, one in zip(dimensions, values, strict=False)]
    )


def _code(grown: str) -> Bilingual:
    """Return an outcome in words, followed by its result code if there is one."""
    outcome, space, code = grown.partition(" ")
    said = word(outcome)
    return Bilingual(f"{said.zh}{space}{code}", f"{said.en}{space}{code}")
