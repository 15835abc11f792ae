"""The open incidents as the briefing shows them: what fell, since when, what it cost, why, and its last 60 days.

Lives here: the words, bars and curve of a card. Does not belong here: which incidents there are and their order
(`incidents.py`), what is usual (`norms.py`), markup (`pages/incident_card.html.jinja`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from pipelines.common.days import days_between
from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from pipelines.incidents import incident
from pipelines.incidents.incident import Incident
from pipelines.incidents.norms import REFERENCE_DAYS, DayNorm, Observed, norms_of
from pipelines.incidents.words import MISSING, cause_words, cell_words, incident_names, is_back, percent_words
from reports.content.context import json_block
from reports.content.drawings import bar, course_of, curve
from reports.content.incidents.incidents import Entry
from reports.content.published import PublishedTables
from reports.content.wording.language import t

# So many open incidents are cards; the others are lines of a list.
CARDS: Final = 12
CURVE_DAYS: Final = 60


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
    if not entries:
        return []
    ids = [entry.incident.incident_id for entry in entries]
    found: dict[str, dict[date, tuple[int, int | None]]] = defaultdict(dict)
    for key, day, counted, requests in marts.incident_days(ids):
        found[key][day] = counted, requests
    as_of = marts.publication.as_of
    days = list(days_between(as_of - timedelta(days=CURVE_DAYS + REFERENCE_DAYS - 1), as_of))
    norms = norms_of(
        (
            one
            for entry in entries
            for one in _observed(
                entry.incident.published.incident, found[entry.incident.incident_id], days, complete, holidays
            )
        ),
        CURVE_DAYS,
    )
    return [_card(entry, norms[entry.incident.incident_id]) for entry in entries]


def _observed(
    one: incident.Incident,
    found: Mapping[date, tuple[int, int | None]],
    days: list[date],
    complete: Collection[date],
    holidays: Collection[date],
) -> Iterator[Observed]:
    """The days of an incident's subject; those before its first tell what is usual."""
    begun = min(found, default=None)
    for day in days:
        counted, requests = found.get(day, (0, 0 if one.is_rate else None))
        value: float | None = counted
        if one.is_rate:
            value = counted / requests if requests else None
        if day not in complete or begun is None or day < begun:
            value = None
        has_norm = one.is_rate or day not in holidays
        yield Observed(one.incident_id, day, value, requests, day < one.first_day, has_norm)


def _card(entry: Entry, rows: list[DayNorm]) -> Card:
    published = entry.incident.published
    one, cause_app = published.incident, published.cause_app_name
    names = incident_names(one, "", cause_app, published.channels)
    before, now = names.get("before"), names.get("now")
    mark = next((i for i, row in enumerate(rows) if row.day == one.first_day), None)
    levels = [(value, text.zh) for value, text in ((one.level_before, before), (one.level_now, now)) if text]
    first = f"{one.first_day:%m-%d}"
    what = _what(one, names)
    return Card(
        entry,
        what,
        before,
        now,
        _loss(one, names, published.as_of),
        cause_words(one, cause_app, published.channels),
        tuple(_bars(one, cause_app)),
        curve(course_of(rows), mark, first, levels),
        _CURVES[_curve(one)].format(days=CURVE_DAYS, first=first),
        rows[0].day,
        _figures(t("Records") if one.kind == "data" else what, _unit(one), rows),
    )


def _unit(one: Incident) -> str:
    """Return the unit of a curve's values for the files that a page makes of it; counts have none."""
    unit = METRICS[one.metric].unit if one.metric in METRICS else "records"
    return "share" if one.is_rate else "ms" if unit == "ms" else ""


def _figures(name: Bilingual, unit: str, rows: Sequence[DayNorm]) -> Markup:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    days = [(row.day, *(rounded(value) for value in (row.value, row.low, row.high))) for row in rows]
    return json_block({"name": (name.zh, name.en), "unit": unit, "days": days})


_CURVES: Final = {
    "rate": t("The rate of {days} days; the band is what was usual before {first}"),
    "volume": t("The requests of {days} days; the band is what was usual before {first}"),
    "latency": t("The latency of {days} days in ms; the band is what was usual before {first}"),
    "data": t("The records of {days} days; the band is what was usual before {first}"),
}


def _curve(one: incident.Incident) -> str:
    """What is drawn of it."""
    return "rate" if one.is_rate else "volume" if one.is_volume else "data" if one.kind == "data" else "latency"


def _what(one: incident.Incident, names: Mapping[str, Bilingual]) -> Bilingual:
    if one.kind == "data":
        return names["fault"]
    if one.is_volume:
        return t("{channel} requests a day").format(channel=names["channel"])
    if one.is_rate:
        return t("{channel} {rate}").format(channel=names["channel"], rate=names["rate"])
    return t("{channel}: slowest 5% of the answers (ms)").format(channel=names["channel"])


def _loss(one: incident.Incident, names: Mapping[str, Bilingual], as_of: date) -> Bilingual | None:
    """What it cost on the newest day; None of what costs no request."""
    day = f"{as_of:%m-%d}"
    if not one.lost_total:
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
