"""Builds the cards of open incidents on the briefing: subject, levels, loss, likely cause and the last 60 days.

The curve is computed in `curves.py`, order and selection in `incidents.py`; markup is in
`pages/parts/incident_card.html.jinja`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from pipelines.common.text import Bilingual, half_up
from pipelines.incidents.cause_words import cause_words, cell_words, percent_words
from pipelines.incidents.published import PublishedIncident
from pipelines.incidents.usual.norms import DayNorm
from pipelines.incidents.words import incident_names, loss_words
from reports.content.context import Quality, json_block
from reports.content.drawings import bar, curve
from reports.content.incidents.curves import IncidentCurve, incident_curves, incident_subject
from reports.content.incidents.incidents import ListedIncident
from reports.content.published import PublishedTables
from reports.content.wording.language import t

# Number of open incidents shown as cards; the others are lines of a list.
CARDS: Final = 12


@dataclass(frozen=True)
class Bar:
    """A bar of a card: the rate of the likely cause's cell, or of all other requests, now and before.

    `drawn` is the drawing of the present rate. `is_worst` is true for the lower of the two bars.
    """

    label: Bilingual
    now: Bilingual
    before: Bilingual
    drawn: Markup
    is_worst: bool


@dataclass(frozen=True)
class Card:
    """An incident with the incidents that are part of it, as a card.

    Attributes:
        what: the subject in words, such as a rate.
        before, now: the levels of the subject in words. None for faults of the data, except for a day with far fewer
            records than usual.
        curve: the last 60 days as SVG, with the caption `curve_words`; the first of these days is `first_drawn`.
        figures: the curve for the page's script, as type `Curve` of `static/js/types/incidents.d.ts`.
    """

    entry: ListedIncident
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


def incident_cards(marts: PublishedTables, entries: Sequence[ListedIncident], quality: Quality) -> list[Card]:
    """Return a card for each of the incidents."""
    curves = incident_curves(marts, [entry.incident.published for entry in entries], quality)
    return [_card(entry, curves[entry.incident.incident_id]) for entry in entries]


def _card(entry: ListedIncident, drawn: IncidentCurve) -> Card:
    published = entry.incident.published
    one, cause_app = published.incident, published.cause_app_name
    names = incident_names(one, "", cause_app, published.channels)
    return Card(
        entry,
        incident_subject(one, names),
        names.get("before"),
        names.get("now"),
        loss_words(one, published.as_of, published.channels, with_total=False) if one.lost_total else None,
        cause_words(one, cause_app, published.channels),
        tuple(_bars(published)),
        curve(drawn.rows, drawn.mark, drawn.mark_label, [(value, text.zh) for value, text in drawn.levels]),
        drawn.words,
        drawn.rows[0].day,
        _figures(drawn.name, drawn.unit, drawn.rows),
    )


def _figures(name: Bilingual, unit: str, rows: Sequence[DayNorm]) -> Markup:
    def rounded(value: float | None) -> float | None:
        return None if value is None else float(half_up(value, 4))

    days = [(row.day, *(rounded(value) for value in (row.value, row.low, row.high))) for row in rows]
    return json_block({"name": (name.zh, name.en), "unit": unit, "days": days})


def _bars(published: PublishedIncident) -> Iterator[Bar]:
    """Yield two bars if the likely cause of a rate's fall is a cell: that cell, then all other requests."""
    one, cause = published.incident, published.incident.cause
    if not one.is_rate or cause.cell is None or cause.now is None or cause.rest_now is None:
        return
    sides = [
        (cause.now, cause.before, cell_words(cause.cell, published.cause_app_name, published.channels)),
        (cause.rest_now, cause.rest_before, t("All others")),
    ]
    for now, before, label in sides:
        earlier = t("no requests before") if before is None else t("{rate} before").format(rate=percent_words(before))
        yield Bar(label, percent_words(now), earlier, bar(now), now == min(side[0] for side in sides))
