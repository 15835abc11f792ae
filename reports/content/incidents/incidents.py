"""The incidents as the pages list them: in which order, which below which, with what is known beside them.

Lives here: arranging the published incidents for the briefing, an app's page and a day's page. Does not belong
here: what an incident is, its text and its notes (`pipelines/incidents`), markup (`pages/incidents.html.jinja`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.record.dimensions import BY_KEY, CAUSES, SESSION_CAUSES
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.status import is_problem
from pipelines.incidents.acknowledging import note_line
from pipelines.incidents.detection.falls import WINDOW_DAYS
from pipelines.incidents.norms import IncidentDays
from pipelines.incidents.published import Note, PublishedIncident
from pipelines.incidents.words import cell_words, incident_text, problem_words
from reports.content.context import App
from reports.content.published import PublishedTables
from reports.content.sign_in.failed_sessions import failed_sessions
from reports.content.site_data import columns
from reports.content.wording.language import t
from reports.content.wording.words import word

# A page lists so many incidents, and so many parts below each; the rest is counted.
INCIDENTS_LISTED: Final = 200
# On an app's page so many that have ended stand in full, the others in a line each, and so many that were withdrawn are
# listed: there may be a hundred thousand such pages, and one in full is a kilobyte. Open are never more than one for
# each rate or volume of a channel.
OWN_ENDED_LISTED: Final = 5
PARTS_LISTED: Final = 5
# Monitoring names so many open incidents: the briefing and the app's page have all.
OPEN_NAMED: Final = 5
# Stands for the name of an app, which a page sets apart from the text: it may turn the direction of writing.
_NAME_MARK: Final = "@"
# Where all apps together are shown, by metric, else by kind.
_ALL_APPS_PAGES: Final = {
    "rate": "monitor.html", "volume": "usage.html", "data": "quality.html", "further": "monitor.html",
    SIGN_IN: "signin.html",
}  # fmt: skip
# The part of an app's page that shows the metric.
_PARTS_OF_PAGES: Final = {SIGN_IN: "#sign-ins"}
_DIMENSIONS: Final = {name: BY_KEY[name].label for name in (*CAUSES, *SESSION_CAUSES)}


@dataclass(frozen=True)
class Cell:
    """Requests and rate of one value before and now; `effect` is what it did to the whole rate."""

    value: Bilingual
    requests_before: int
    rate_before: float | None
    requests_now: int
    rate_now: float | None
    effect: float


@dataclass(frozen=True)
class Incident:
    """A published incident with what the pages add.

    `link` is the page of its app, from the root of the site, and `fragment` the part of it that shows its metric, or
    nothing; `folder` is that app's, None of all together. `restated_days`
    counts its days of which figures were changed after publication. `dimension` is what `cells` are values of, None
    where no cause is named. `is_unregistered`: its app, or the app that is its cause, is not in the registry.
    `failed` says what became of the sessions that failed, of the sign-in rate alone.
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
        """Its id."""
        return self.published.incident.incident_id

    @property
    def state(self) -> str:
        """`open`, `recovered` or `settled`."""
        return self.published.incident.state

    @property
    def name(self) -> str | None:
        """The name of its app, with which its text begins; None of all apps together."""
        return None if self.published.incident.app_key == ALL_APPS else self.published.app_name

    @cached_property
    def text(self) -> Bilingual:
        """The incident in a line, behind the name of its app; many pages have the same one."""
        one = self.published
        said = incident_text(one.incident, _NAME_MARK, one.as_of, one.cause_app_name, one.channels)
        return Bilingual(said.zh.removeprefix(_NAME_MARK), said.en.removeprefix(_NAME_MARK))

    @property
    def level_day_count(self) -> int | None:
        """Of how many days its level of now is; None of a fault of the data."""
        return None if self.is_of_data else min(self.published.incident.days, WINDOW_DAYS)

    @property
    def level_days(self) -> Bilingual | None:
        """Which days its level of now is of; None of a fault of the data."""
        days = self.level_day_count
        if days is None:
            return None
        return t("newest day") if days == 1 else t("newest {days} days").format(days=days)

    @property
    def codes(self) -> Bilingual | None:
        """The outcomes, in words, and result codes that grew; an outcome whose codes are named is not named again."""
        codes = self.published.incident.codes
        if not codes:
            return None
        grown = codes.split(", ")
        with_code = {outcome for outcome, space, _ in (one.partition(" ") for one in grown) if space}
        return _joined([_code(one) for one in grown if one not in with_code])

    @property
    def note(self) -> Note | None:
        """What people know of it."""
        return self.published.note

    @property
    def is_amber(self) -> bool:
        """Whether it is open, and amber where others are red."""
        return self.published.is_open and not self.published.is_alarm

    @property
    def is_known(self) -> bool:
        """Whether it is open and acknowledged."""
        return self.published.is_open and self.published.is_acknowledged

    @property
    def note_line(self) -> Bilingual | None:
        """The row of `registry/notes.csv` that acknowledges it; None where that would change nothing."""
        one = self.published
        if not (one.is_open and one.stands_alone) or one.is_acknowledged:
            return None
        return note_line(self.as_of, one.incident.app_key, self.incident_id)

    @property
    def is_of_data(self) -> bool:
        """Whether the data are at fault, and not what they tell of."""
        return self.published.incident.kind == "data"


@dataclass(frozen=True)
class Entry:
    """An incident of a page's list, and what is part of it there."""

    incident: Incident
    parts: tuple[Incident, ...]


class Incidents:
    """Every incident, in the order of every report: open before ended, those that nobody acknowledged first."""

    def __init__(self, marts: PublishedTables, by_key: Mapping[str, App]) -> None:
        restated = dict(marts.rows("incidents/incident_restatements"))
        as_of = marts.publication.as_of
        cells: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for key, *cell in marts.rows("incidents/incident_cells"):
            cells[key].append(tuple(cell))
        published = marts.incidents()
        failed = failed_sessions(marts, published)
        self.all = tuple(
            replace(
                _incident(
                    one, by_key, as_of, restated.get(one.incident.incident_id, 0), cells[one.incident.incident_id]
                ),
                failed=failed.get(one.incident.incident_id),
            )
            for one in published
        )
        # An app that is gone with all of its records has no page to lead to.
        self.withdrawn = tuple(
            _incident(one, by_key, as_of, 0, [])
            for one in marts.withdrawn()
            if one.incident.app_key in {ALL_APPS, *by_key}
        )
        self._part_of = {one.incident_id: one.published.incident.part_of for one in self.all}
        self.days = IncidentDays(one.published.incident for one in self.all)
        self.session_days = IncidentDays((one.published.incident for one in self.all), of_sessions=True)
        self.by_app: dict[str, list[Incident]] = defaultdict(list)
        for one in self.all:
            self.by_app[one.published.incident.app_key].append(one)

    @cached_property
    def open_alone(self) -> list[Incident]:
        """The open ones that are part of no other."""
        return [one for one in self.all if one.published.is_open and one.published.stands_alone]

    def counted(self, warnings: int = 0) -> Bilingual:
        """How many problems and items to look at are open, as `status` and the message of the day say it.

        Args:
            warnings: how many checks warn.
        """
        problems = sum(is_problem(one.published.incident.kind) for one in self.open_alone)
        return problem_words(problems, len(self.open_alone) - problems, warnings)

    def listed(self) -> list[Entry]:
        """All of them, for the briefing."""
        return self._arranged(self.all)

    def open_figures(self, key: str) -> dict[str, object]:
        """The open incidents that monitoring tells of above the charts of one app, or of all apps (`*`); no field
        without any.

        `open` are the first, by column: id, folder of its app (None of all together; no column where it is the key),
        what it is, in both languages, and whether it is amber; of all apps together also the name of the app.
        `open_more` counts the others where there are any.
        """
        entries = self.listed() if key == ALL_APPS else self.of_app(key)
        found = [entry.incident for entry in entries if entry.incident.published.is_open]
        listed = found[:OPEN_NAMED]
        rows = [(one.incident_id, one.text.zh, one.text.en, one.is_amber, one.name, one.folder) for one in listed]
        names = ["id", "zh", "en", "amber"]
        if key == ALL_APPS:
            names += ["name", "folder"]
        named = columns(names, (row[: len(names)] for row in rows))
        if key != ALL_APPS and listed and listed[0].folder != key:
            named["folder"] = [one.folder for one in listed]
        more = len(found) - len(listed)
        return ({"open": named} if listed else {}) | ({"open_more": more} if more else {})

    def of_day(self, day: date) -> list[Entry]:
        """Those that were there on a day."""
        return self._arranged(one for one in self.all if one.published.incident.covers(day))

    def of_app(self, key: str) -> list[Entry]:
        """Those of one app; whoever may see this app alone reads nothing of the others here."""
        return self._arranged(self.by_app.get(key, ()))

    def withdrawn_of_day(self, day: date) -> list[Incident]:
        """Those of a day that were reported and are none any more."""
        return [one for one in self.withdrawn if one.published.incident.covers(day)]

    def withdrawn_of_app(self, key: str) -> list[Incident]:
        """Those of one app that were reported and are none any more."""
        return [one for one in self.withdrawn if one.published.incident.app_key == key]

    def withdrawn_since(self, day: date) -> list[Incident]:
        """Those that were reported and are none any more, and lasted until that day or a later one."""
        return [one for one in self.withdrawn if (one.published.incident.last_day or day) >= day]

    def _arranged(self, some: Iterable[Incident]) -> list[Entry]:
        """Of some incidents those that stand for themselves among them, each with those that are part of it."""
        here = {one.incident_id: one for one in some}
        parts: dict[str, list[Incident]] = defaultdict(list)
        whole = {key: self._whole(key, here) for key in here}
        for key, of in whole.items():
            if of != key:
                parts[of].append(here[key])
        return [Entry(one, tuple(parts[key])) for key, one in here.items() if whole[key] == key]

    def _whole(self, key: str, here: Mapping[str, Incident]) -> str:
        """The outermost of the incidents `here` that this one is part of; itself where there is none."""
        whole, of, passed = key, self._part_of[key], {key}
        while of is not None and of not in passed:
            passed.add(of)
            whole = of if of in here else whole
            of = self._part_of.get(of)
        return whole


def _incident(
    one: PublishedIncident,
    by_key: Mapping[str, App],
    as_of: date,
    restated_days: int,
    cells: list[tuple[Any, ...]],
) -> Incident:
    incident = one.incident
    app = None if incident.app_key == ALL_APPS else by_key[incident.app_key]
    page = _ALL_APPS_PAGES.get(incident.metric) or _ALL_APPS_PAGES[incident.kind]
    dimensions = cells[0][0].split(" & ") if cells else []
    # An app stands first in a cause.
    named, _, value = (incident.cause.cell or "").partition("=")
    cause_app = by_key.get(value.partition(" & ")[0]) if named == "app_key" else None
    return Incident(
        published=one,
        link=f"apps/{app.folder}/index.html" if app else page,
        fragment=_PARTS_OF_PAGES.get(incident.metric, "") if app else "",
        folder=app.folder if app else None,
        as_of=as_of,
        restated_days=restated_days,
        dimension=_joined([_DIMENSIONS[name] for name in dimensions]) if cells else None,
        is_unregistered=any(one is not None and one.status == "unregistered" for one in (app, cause_app)),
        cells=tuple(Cell(_value(dimensions, value, by_key), *rest) for _, value, *rest in cells),
    )


def _value(dimensions: list[str], value: str, by_key: Mapping[str, App]) -> Bilingual:
    """A cell's value in words; an app stands first in a pair."""
    values = value.split(" & ", 1) if len(dimensions) > 1 else [value]
    app = by_key.get(values[0]) if dimensions[0] == "app_key" else None
    return _joined(
        [cell_words(f"{name}={one}", app.name if app else None) for name, one in zip(dimensions, values, strict=False)]
    )


def _code(grown: str) -> Bilingual:
    """An outcome, alone or with a result code behind it, in words."""
    outcome, space, code = grown.partition(" ")
    said = word(outcome)
    return Bilingual(f"{said.zh}{space}{code}", f"{said.en}{space}{code}")


def _joined(texts: list[Bilingual]) -> Bilingual:
    return Bilingual(" · ".join(one.zh for one in texts), " · ".join(one.en for one in texts))
