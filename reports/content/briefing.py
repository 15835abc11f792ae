"""The briefing: one sentence that says whether anything is wrong, what it is, the key figures, and the apps.

Lives here: what the first page is made of, and its sentence. Does not belong here: how each piece is found (the modules
named below), warnings and notes (`attention.py`), markup (`pages/index.html.jinja`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from reports.content.app_health import AppHealth, app_health
from reports.content.attention import Finding, findings
from reports.content.context import ALL_APPS, App, Day, Standing
from reports.content.formats import count, day_text
from reports.content.incident_cards import CARDS, Card, incident_cards
from reports.content.incidents import Entry, Incidents
from reports.content.key_figures import KeyFigure, key_figures
from reports.content.language import Text, t
from reports.content.published import PublishedTables

# Contract: a baseline has so many days at least; with fewer nothing could be found.
_LEAST_DAYS: Final = 7


@dataclass(frozen=True)
class Briefing:
    """What the first page shows; `severity` is that of its sentence. `more` are open incidents beyond the cards."""

    severity: Literal["good", "warn", "bad"]
    sentence: Text
    cards: list[Card]
    more: list[Entry]
    ended: list[Entry]
    figures: list[KeyFigure]
    apps: list[AppHealth]
    attention: list[Finding]


def briefing(
    marts: PublishedTables,
    stand: Standing,
    quality: Mapping[date, Day],
    incidents: Incidents,
    by_key: Mapping[str, App],
) -> Briefing:
    """Everything that the first page is made of."""
    complete = {day for day, one in quality.items() if one.state == "complete"}
    entries = incidents.listed()
    open_ = [entry for entry in entries if entry.incident.published.is_open]
    struck = list(
        dict.fromkeys(
            one.published.incident.app_key
            for entry in open_
            for one in (entry.incident, *entry.parts)
            if one.published.is_open and one.published.incident.app_key != ALL_APPS
        )
    )
    attention = findings(marts, stand)
    severity, sentence = _sentence(
        stand, open_, {key for (key,) in marts.rows("active_apps")}, struck, attention, len(complete)
    )
    return Briefing(
        severity,
        sentence,
        incident_cards(marts, open_[:CARDS], complete),
        open_[CARDS:],
        [entry for entry in entries if not entry.incident.published.is_open],
        key_figures(marts),
        app_health(marts, by_key, struck, complete),
        attention,
    )


def _sentence(
    stand: Standing,
    open_: Sequence[Entry],
    active: set[str],
    struck: Sequence[str],
    attention: Sequence[Finding],
    days: int,
) -> tuple[Literal["good", "warn", "bad"], Text]:
    """Whether anything is wrong, in one sentence, and how bad.

    Args:
        active: keys of the apps with a record in the 30 days.
        struck: of those with an open incident.
        days: how many days have data.
    """
    warnings = sum(one.severity != "note" for one in attention)
    is_known = bool(open_) and all(entry.incident.notes for entry in open_)
    if stand.day_state == "missing":
        head = t("{day} has no data").format(day=day_text(stand.today.day))
        return "bad", t("{head}; {rest}").format(head=head, rest=_problems(len(open_))) if open_ else head
    if open_:
        whole = any(one.incident.published.incident.kind != "data" and one.incident.name is None for one in open_)
        rest = len(active - set(struck))
        if whole or not struck or not rest:
            return "warn" if is_known else "bad", _problems(len(open_))
        others = t("the other app is normal") if rest == 1 else t("the other {count} apps are normal")
        said = t("{head}, {rest}").format(head=_problems(len(open_)), rest=others.format(count=count(rest)))
        return "warn" if is_known else "bad", said
    if days <= _LEAST_DAYS:
        return "warn", t("Nothing found, but {days} days of data are too few to judge by").format(days=days)
    if warnings:
        return "warn", t("All apps are normal; warnings: {count}").format(count=warnings)
    return "good", t("All is normal")


def _problems(number: int) -> Text:
    return (
        t("1 problem is happening") if number == 1 else t("{count} problems are happening").format(count=count(number))
    )
