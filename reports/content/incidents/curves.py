"""The curve of an incident: the last 60 days, the usual range of the days before the incident, and the labels.

Cards draw it as SVG (`cards.py`), notebooks as a figure (`reports/plots/incident.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.common.days import window
from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from pipelines.incidents import incident
from pipelines.incidents.published import PublishedIncident
from pipelines.incidents.usual.norms import REFERENCE_DAYS, DayNorm, DayValue, norms_of
from pipelines.incidents.words import incident_names
from reports.content.context import Quality
from reports.content.published import PublishedTables
from reports.content.wording.language import t

CURVE_DAYS: Final = 60


@dataclass(frozen=True)
class IncidentCurve:
    """The days of an incident's subject, oldest first, and the texts of their drawing.

    Attributes:
        name: label of the values.
        unit: of the values, `share` or `ms`; empty for counts.
        mark: index of the incident's first day, labelled `mark_label`; None if the incident began before the first
            drawn day.
        levels: the value before the incident and the value now, with their texts.
        words: caption of the curve.
    """

    name: Bilingual
    unit: str
    rows: list[DayNorm]
    mark: int | None
    mark_label: str
    levels: list[tuple[float, Bilingual]]
    words: Bilingual


def incident_curves(
    marts: PublishedTables, incidents: Sequence[PublishedIncident], quality: Quality
) -> dict[str, IncidentCurve]:
    """Return the curve of each incident by its id."""
    if not incidents:
        return {}
    found: dict[str, dict[date, tuple[int, int | None]]] = defaultdict(dict)
    days = list(window(marts.publication.as_of, CURVE_DAYS + REFERENCE_DAYS))
    for key, day, counted, requests in marts.incident_days([one.incident.incident_id for one in incidents], days[0]):
        found[key][day] = counted, requests
    norms = norms_of(
        (
            observed
            for one in incidents
            for observed in _observed(one.incident, found[one.incident.incident_id], days, quality)
        ),
        CURVE_DAYS,
    )
    return {one.incident.incident_id: _curve(one, norms[one.incident.incident_id]) for one in incidents}


def _observed(
    one: incident.Incident, found: Mapping[date, tuple[int, int | None]], days: list[date], quality: Quality
) -> Iterator[DayValue]:
    """Yield the value of an incident's subject on each of `days`. Only days before the incident's first day are
    reference days, from which the usual range is computed.

    `found` has, by day, a pair: for a rate successes and requests, otherwise the value and None.
    """
    begun = min(found, default=None)
    is_latency = _unit(one) == "ms"
    for day in days:
        counted, requests = found.get(day, (0, 0 if one.is_rate else None))
        value: float | None = counted
        if one.is_rate:
            value = counted / requests if requests else None
        # A day without answers has a count of 0, but no latency.
        is_unknown = is_latency and day not in found
        if day not in quality.with_data or begun is None or day < begun or is_unknown:
            value = None
        has_norm = one.is_rate or is_latency or day not in quality.holidays
        yield DayValue(one.incident_id, day, value, requests, day < one.first_day, has_norm, is_latency)


def _unit(one: incident.Incident) -> str:
    unit = METRICS[one.metric].unit if one.metric in METRICS else "records"
    return "share" if one.is_rate else "ms" if unit == "ms" else ""


def _curve(published: PublishedIncident, rows: list[DayNorm]) -> IncidentCurve:
    one = published.incident
    names = incident_names(one, "", published.cause_app_name, published.channels)
    first = f"{one.first_day:%m-%d}"
    levels = ((one.level_before, names.get("before")), (one.level_now, names.get("now")))
    return IncidentCurve(
        t("Records") if one.kind == "data" else incident_subject(one, names),
        _unit(one),
        rows,
        next((i for i, row in enumerate(rows) if row.day == one.first_day), None),
        first,
        [(value, text) for value, text in levels if text],
        _CURVES[_kind(one)].format(days=CURVE_DAYS, first=first),
    )


_CURVES: Final = {
    "rate": t("Rate of {days} days; the band is the usual range before {first}"),
    "volume": t("Requests of {days} days; the band is the usual range before {first}"),
    "latency": t("Latency of {days} days in ms; the band is the usual range before {first}"),
    "data": t("Records of {days} days; the band is the usual range before {first}"),
}


def _kind(one: incident.Incident) -> str:
    """Return the kind of the curve, a key of `_CURVES`."""
    return "rate" if one.is_rate else "volume" if one.is_volume else "data" if one.kind == "data" else "latency"


def incident_subject(one: incident.Incident, names: Mapping[str, Bilingual]) -> Bilingual:
    """Return the subject of an incident's curve in words: a rate, the requests a day, or a latency.

    For a fault of the data, return the name of the fault.

    Args:
        names: result of `incident_names`.
    """
    if one.kind == "data":
        return names["fault"]
    if one.is_volume:
        return t("{channel} requests a day").format(channel=names["channel"])
    if one.is_rate:
        return t("{channel} {rate}").format(channel=names["channel"], rate=names["rate"])
    return t("{channel}: slowest 5% of the answers (ms)").format(channel=names["channel"])
