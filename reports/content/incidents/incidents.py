"""Arranges the published and the withdrawn incidents for the pages and for the figures documents: order and parts.

Detection, texts and notes are in `pipelines/incidents`, markup in `pages/parts/incidents.html.jinja`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from pipelines.common.text import Bilingual
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.status import is_problem
from pipelines.incidents.cause_words import cell_dimension
from pipelines.incidents.usual.norms import IncidentDays
from pipelines.incidents.words import problem_words
from reports.content.context import App
from reports.content.incidents.incident import PageIncident, incident_of
from reports.content.published import PublishedTables
from reports.content.sign_in.failed_sessions import failed_sessions
from reports.content.site_data import columns

# Most incidents on a page, and most parts of each; the rest is counted.
INCIDENTS_LISTED: Final = 200
# Most ended incidents that an app's page shows in full (the others take one line each), and most withdrawn incidents
# that it lists. A site may have a hundred thousand such pages, and one incident in full takes a kilobyte. Open
# incidents need no limit: there is at most one for each rate or volume of a channel.
OWN_ENDED_LISTED: Final = 5
PARTS_LISTED: Final = 5
# Most open incidents that the monitor page names; the briefing and the app's page have all.
OPEN_NAMED: Final = 5


@dataclass(frozen=True)
class ListedIncident:
    """An incident in a page's list, with the listed incidents that are part of it."""

    incident: PageIncident
    parts: tuple[PageIncident, ...]


class PageIncidents:
    """All published incidents in the order of all reports (see `PublishedTables.incidents`), and the withdrawn ones.

    A withdrawn incident of an app that no longer exists is left out.
    """

    def __init__(self, marts: PublishedTables, by_key: Mapping[str, App]) -> None:
        restated = dict(marts.rows("incidents/incident_restatements"))
        as_of = marts.publication.as_of
        cells: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        published = marts.incidents()
        rates = [one.incident for one in published if one.incident.kind == "rate"]
        named = {one.incident_id: cell_dimension(one.cause.cell) for one in rates if one.cause.cell}
        chosen = {"incidents": list(named), "dimensions": list(named.values())}
        for key, *cell in marts.rows("incidents/incident_cells", **chosen):
            cells[key].append(tuple(cell))
        failed = failed_sessions(marts, published)
        self.all = tuple(
            replace(
                incident_of(
                    one, by_key, as_of, restated.get(one.incident.incident_id, 0), cells[one.incident.incident_id]
                ),
                failed=failed.get(one.incident.incident_id),
            )
            for one in published
        )
        # An app whose records are all deleted has no page to link to.
        self.withdrawn = tuple(
            incident_of(one, by_key, as_of, 0, [])
            for one in marts.withdrawn()
            if one.incident.app_key in {ALL_APPS, *by_key}
        )
        self._whole_by_id = {one.incident_id: one.published.whole for one in self.all}
        self.days = IncidentDays(one.published.incident for one in self.all)
        self.by_app: dict[str, list[PageIncident]] = defaultdict(list)
        for one in self.all:
            self.by_app[one.published.incident.app_key].append(one)

    @cached_property
    def open_independent(self) -> list[PageIncident]:
        """The open incidents that are reported by themselves."""
        return [one for one in self.all if one.published.is_open and one.published.is_independent]

    def counted(self, warnings: int = 0) -> Bilingual:
        """Return a text with the number of open problems and items to look at, as in `status` and the daily message.

        Args:
            warnings: number of failed checks.
        """
        problems = sum(is_problem(one.published.incident.kind) for one in self.open_independent)
        return problem_words(problems, len(self.open_independent) - problems, warnings)

    def listed(self) -> list[ListedIncident]:
        """Return all incidents, for the briefing."""
        return self._arranged(self.all)

    def open_figures(self, key: str) -> dict[str, object]:
        """Return the fields `open` and `open_more` of a figures document, for one app or all apps (`*`).

        `open` has the first `OPEN_NAMED` open incidents by column: id, both texts, and whether the incident is amber.
        For `*`, it also has name and folder of each app; for one app, its folder if that differs from the key.
        `open_more` is the number of further open incidents. Parts of listed incidents do not count, and empty fields
        are left out.
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

    def of_day(self, day: date) -> list[ListedIncident]:
        """Return the incidents that cover a day."""
        return self._arranged(one for one in self.all if one.published.incident.covers(day))

    def of_app(self, key: str) -> list[ListedIncident]:
        """Return the incidents of one app, without other apps: readers may be allowed to see only this one."""
        return self._arranged(self.by_app.get(key, ()))

    def withdrawn_of_day(self, day: date) -> list[PageIncident]:
        """Return the withdrawn incidents that cover a day."""
        return [one for one in self.withdrawn if one.published.incident.covers(day)]

    def withdrawn_of_app(self, key: str) -> list[PageIncident]:
        """Return the withdrawn incidents of one app."""
        return [one for one in self.withdrawn if one.published.incident.app_key == key]

    def withdrawn_since(self, day: date) -> list[PageIncident]:
        """Return the withdrawn incidents that lasted until `day` or later."""
        return [one for one in self.withdrawn if (one.published.incident.last_day or day) >= day]

    def _arranged(self, some: Iterable[PageIncident]) -> list[ListedIncident]:
        """Return the given incidents as entries of a list.

        An incident that is part of another given incident is listed in the entry of that incident, except that an open
        incident is not listed in the entry of an ended one. Each other incident gets an entry of its own.
        """
        here = {one.incident_id: one for one in some}
        parts: dict[str, list[PageIncident]] = defaultdict(list)
        whole = {key: self._whole(key, here) for key in here}
        for key, of in whole.items():
            if of != key:
                parts[of].append(here[key])
        return [ListedIncident(one, tuple(parts[key])) for key, one in here.items() if whole[key] == key]

    def _whole(self, key: str, here: Mapping[str, PageIncident]) -> str:
        """Return the id of the outermost incident in `here` that contains the incident `key`; `key` itself if none
        does.
        """
        whole, of, passed = key, self._whole_by_id[key], {key}
        while of is not None and of not in passed:
            passed.add(of)
            whole = of if of in here else whole
            of = self._whole_by_id.get(of)
        return whole
