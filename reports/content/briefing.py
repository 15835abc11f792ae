"""Composes the briefing: the sentence that says whether anything is wrong, incidents, key figures, apps and findings.

The parts come from the imported modules, warnings and notes from `attention.py`; markup is in `pages/index.html.jinja`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import COMMA, SEMICOLON, Bilingual
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.status import is_problem
from pipelines.incidents.usual.norms import DayNorm
from reports.content.app_health import AppHealth, app_health
from reports.content.attention import Finding, findings
from reports.content.context import App, DataState, Quality
from reports.content.incidents.cards import CARDS, Card, incident_cards
from reports.content.incidents.incidents import ListedIncident, PageIncidents
from reports.content.key_figures import KeyFigure, key_figures
from reports.content.published import PublishedTables
from reports.content.wording.formats import count, day_text
from reports.content.wording.language import t

# Days of data that a baseline needs at least; with fewer, no incident can be found.
_LEAST_DAYS: Final = 7


@dataclass(frozen=True)
class Briefing:
    """Content of the first page. `severity` is the severity of `sentence`. The first open incidents are in `cards`, the
    other open ones in `more`, and all ended ones in `ended`.
    """

    severity: Literal["good", "warn", "bad"]
    sentence: Bilingual
    cards: list[Card]
    more: list[ListedIncident]
    ended: list[ListedIncident]
    figures: list[KeyFigure]
    apps: list[AppHealth]
    attention: list[Finding]


def briefing(
    marts: PublishedTables,
    data_state: DataState,
    quality: Quality,
    incidents: PageIncidents,
    by_key: Mapping[str, App],
    norms: Mapping[str, Sequence[DayNorm]],
) -> Briefing:
    """Return the content of the first page.

    Args:
        by_key: every app, by its key.
        norms: the result of `PublishedTables.key_norms`.
    """
    entries = incidents.listed()
    open_ = [entry for entry in entries if entry.incident.published.is_open]
    hit_apps = _apps_with_incidents(open_)
    attention = findings(marts, data_state)
    apps = app_health(marts, by_key, hit_apps, incidents.days, quality)
    active = {key for (key,) in marts.rows("active_apps")}
    others = _apps_without_incident(by_key.values(), active, hit_apps, apps, is_holiday=data_state.today.is_holiday)
    severity, sentence = _sentence(
        data_state, open_, incidents.counted(), hit_apps, others, attention, len(quality.with_data)
    )
    return Briefing(
        severity,
        sentence,
        incident_cards(marts, open_[:CARDS], quality),
        open_[CARDS:],
        [entry for entry in entries if not entry.incident.published.is_open],
        key_figures(marts, norms),
        apps,
        attention,
    )


def _apps_with_incidents(open_: Iterable[ListedIncident]) -> dict[str, bool]:
    """Return, for each app with an open incident, whether one of its open incidents is red.

    The apps are in the order of the incidents. A part of a listed incident has the colour of the listed incident.
    """
    hit: dict[str, bool] = {}
    for entry in open_:
        for one in (entry.incident, *entry.parts):
            key = one.published.incident.app_key
            if one.published.is_open and key != ALL_APPS:
                hit[key] = hit.get(key, False) or not entry.incident.is_amber
    return hit


@dataclass(frozen=True)
class _AppsWithoutIncident:
    """Counts of the apps without an open incident, by state.

    Attributes:
        normal: apps with a record in the last 30 days and in none of the other states.
        below, above: apps below or above a usual range; apps that are both count as below.
        without_norm: apps for which neither requests nor technical success have a usual range. On a holiday
            (`is_holiday`), requests never have one.
        silent: apps without a record in the last 30 days, except disabled apps, which should have none.
        are_all_listed: whether the briefing lists all apps with a record. Apps that are not listed are in `normal`, but
            were not compared with a usual range: the text is then "no incident" instead of "normal".
    """

    normal: int
    below: int
    above: int
    without_norm: int
    silent: int
    are_all_listed: bool
    is_holiday: bool

    @property
    def count(self) -> int:
        """The number of apps without an open incident, except disabled apps without a record."""
        return self.normal + self.below + self.above + self.without_norm + self.silent

    @property
    def kinds(self) -> list[tuple[int, Bilingual]]:
        """The states of the apps without an open incident, each with its number of apps; no state without an app."""
        kinds = (
            (self.normal, t("normal") if self.are_all_listed else t("no incident")),
            (self.below, t("below usual")),
            (self.above, t("above usual")),
            (self.without_norm, t("without a norm on a holiday") if self.is_holiday else t("with too few days")),
            (self.silent, t("no records in 30 days")),
        )
        return [(number, kind) for number, kind in kinds if number]

    @property
    def words(self) -> Bilingual:
        """The states of the apps without an open incident, with the number of apps in each if there are several."""
        return self.kinds[0][1] if len(self.kinds) == 1 else _numbered(self.kinds)

    @property
    def words_after_no_incident(self) -> Bilingual:
        """`words` for a sentence that begins with "No incident", which the apps that are only that do not repeat."""
        if self.are_all_listed or not self.normal:
            return self.words
        return _numbered(self.kinds[1:])

    @property
    def are_normal(self) -> bool:
        """Whether all apps without an open incident are known to be normal."""
        return self.are_all_listed and self.normal == self.count


def _numbered(kinds: Iterable[tuple[int, Bilingual]]) -> Bilingual:
    return COMMA.join([t("{count} {kind}").format(count=count(number), kind=kind) for number, kind in kinds])


def _apps_without_incident(
    apps: Iterable[App], active: set[str], hit_apps: Collection[str], listed: Sequence[AppHealth], *, is_holiday: bool
) -> _AppsWithoutIncident:
    silent = sum(app.key not in active and app.key not in hit_apps and app.status != "disabled" for app in apps)
    rest = active - set(hit_apps)
    below = sum(one.is_below and one.app.key in rest for one in listed)
    above = sum(one.is_unusual and not one.is_below and one.app.key in rest for one in listed)
    without_norm = sum(one.has_no_usual_range and one.app.key in rest for one in listed)
    return _AppsWithoutIncident(
        len(rest) - below - above - without_norm, below, above, without_norm, silent,
        rest <= {one.app.key for one in listed}, is_holiday,
    )  # fmt: skip


def _sentence(
    data_state: DataState,
    open_: Sequence[ListedIncident],
    counted: Bilingual,
    hit_apps: Collection[str],
    others: _AppsWithoutIncident,
    attention: Sequence[Finding],
    days: int,
) -> tuple[Literal["good", "warn", "bad"], Bilingual]:
    """Return severity and text of the sentence that says whether anything is wrong.

    Args:
        counted: how many of `open_` are problems, in words.
        hit_apps: keys of the apps with an open incident.
        days: how many days have data.
    """
    warnings = sum(one.severity != "note" for one in attention)
    if data_state.today.state == "missing":
        head = t("{day} has no data").format(day=day_text(data_state.today.day))
        return "bad", t("{head}; {rest}").format(head=head, rest=counted) if open_ else head
    if open_:
        whole = any(one.incident.published.incident.kind != "data" and one.incident.name is None for one in open_)
        said = [counted]
        if data_state.today.is_short and all(not is_problem(one.incident.published.incident.kind) for one in open_):
            said.insert(0, _short(data_state))
        # If the data day is short, no app is called normal.
        if not whole and hit_apps and others.count and not data_state.today.is_short:
            said.append(_rest(others))
        return "warn" if all(entry.incident.is_amber for entry in open_) else "bad", COMMA.join(said)
    if data_state.today.is_short:
        return "warn", _short(data_state)
    if days <= _LEAST_DAYS:
        if days == 1:
            return "warn", t("Nothing found, but 1 day of data is too few to compare with")
        return "warn", t("Nothing found, but {days} days of data are too few to compare with").format(days=days)
    if others.are_normal:
        if warnings:
            return "warn", t("All apps are normal; warnings: {count}").format(count=warnings)
        return "good", t("All is normal")
    said = [t("No incident")]
    if others.count > others.normal:
        said.append(t("apps: {kinds}").format(kinds=others.words_after_no_incident))
    if warnings:
        said.append(t("warnings: {count}").format(count=warnings))
    return "warn" if warnings else "good", SEMICOLON.join(said)


def _short(data_state: DataState) -> Bilingual:
    return t("{day} has far fewer records than usual").format(day=day_text(data_state.today.day))


def _rest(others: _AppsWithoutIncident) -> Bilingual:
    if others.are_normal:
        said = t("the other app is normal") if others.count == 1 else t("the other {count} apps are normal")
    else:
        said = t("the other app: {kinds}") if others.count == 1 else t("the other {count} apps: {kinds}")
    return said.format(count=count(others.count), kinds=others.words)
