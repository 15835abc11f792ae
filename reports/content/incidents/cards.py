"""The open incidents as the briefing shows them: what fell, since when, what it cost, why, and its last 60 days.

Lives here: the words and bars of a card. Does not belong here: its curve (`curves.py`), which incidents there are and
their order (`incidents.py`), markup (`pages/incident_card.html.jinja`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from pipelines.common.text import Bilingual
from pipelines.incidents import incident
from pipelines.incidents.norms import DayNorm
from pipelines.incidents.words import (
    MISSING,
    cause_words,
    cell_words,
    has_no_loss,
    incident_names,
    is_back,
    percent_words,
)
from reports.content.context import json_block
from reports.content.drawings import bar, course_of, curve
from reports.content.incidents.curves import IncidentCurve, incident_curves, incident_subject
from reports.content.incidents.incidents import Entry
from reports.content.published import PublishedTables
from reports.content.wording.language import t

# So many open incidents are cards; the others are lines of a list.
CARDS: Final = 12


@dataclass(frozen=True)
class Bar:
    """A value of the likely cause, or the rest, now and before; `drawn` is the bar of what it is now."""

    label: Bilingual
    now: Bilingual
    before: Bilingual
    drawn: Markup
    is_worst: bool


@dataclass(frozen=True)
class Card:
    """An incident with its parts; `what` fell from `before` to `now`, which a fault of the data has not. `curve_words`
    say what the curve shows, from the day `first_drawn` on; `figures` is the same for the page's script, as `Curve` in
    `static/js/types.d.ts` says."""

    entry: Entry
    what: Bilingual
    before: Bilingual | None
    now: Bilingual | None
    loss: Bilingual | None
    cause: Bilingual | None
    bars: tuple[Bar, ...]
    curve: Markup
    curve_words: Bilingual
    first_drawn: date
    figures: Markup


def incident_cards(
    marts: PublishedTables, entries: Sequence[Entry], complete: Collection[date], holidays: Collection[date]
) -> list[Card]:
    """A card of each of the incidents given; `complete` are the days with data of any app, `holidays` those of which no
    usual volume is expected.
    """
    curves = incident_curves(marts, [entry.incident.published for entry in entries], complete, holidays)
    return [_card(entry, curves[entry.incident.incident_id]) for entry in entries]


def _card(entry: Entry, drawn: IncidentCurve) -> Card:
    published = entry.incident.published
    one, cause_app = published.incident, published.cause_app_name
    names = incident_names(one, "", cause_app, published.channels)
    return Card(
        entry,
        incident_subject(one, names),
        names.get("before"),
        names.get("now"),
        _loss(one, names, published.as_of),
        cause_words(one, cause_app, published.channels),
        tuple(_bars(one, cause_app)),
        curve(course_of(drawn.rows), drawn.mark, drawn.mark_label, [(value, text.zh) for value, text in drawn.levels]),
        drawn.words,
        drawn.rows[0].day,
        _figures(drawn.name, drawn.unit, drawn.rows),
    )


def _figures(name: Bilingual, unit: str, rows: Sequence[DayNorm]) -> Markup:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    days = [(row.day, *(rounded(value) for value in (row.value, row.low, row.high))) for row in rows]
    return json_block({"name": (name.zh, name.en), "unit": unit, "days": days})


def _loss(one: incident.Incident, names: Mapping[str, Bilingual], as_of: date) -> Bilingual | None:
    """What it cost on the newest day; None of what costs no request."""
    day = f"{as_of:%m-%d}"
    if not one.lost_total or has_no_loss(one):
        return None
    if is_back(one):
        return t("back at its level on {day}").format(day=day)
    texts = {
        "data": t("{lost} records on {day}"),
        **dict.fromkeys(MISSING, t("{lost} records missing on {day}")),
        "volume": t("{lost} fewer on {day}"),
        "surge": t("{lost} more on {day}"),
        "cancellation_rate": t("{lost} more {successes} on {day}"),
    }
    text = texts.get(one.metric) or texts.get(one.kind) or t("{lost} fewer {successes} on {day}")
    return text.format(lost=names["lost"], successes=names.get("successes", ""), day=day)


def _bars(one: incident.Incident, app_name: str | None) -> Iterator[Bar]:
    """The cell that caused it beside all other requests, the worse first."""
    cause = one.cause
    if not one.is_rate or cause.cell is None or cause.now is None or cause.rest_now is None:
        return
    sides = [
        (cause.now, cause.before, cell_words(cause.cell, app_name)),
        (cause.rest_now, cause.rest_before, t("All others")),
    ]
    for now, before, label in sides:
        earlier = t("no requests before") if before is None else t("{rate} before").format(rate=percent_words(before))
        yield Bar(label, percent_words(now), earlier, bar(now), now == min(side[0] for side in sides))
