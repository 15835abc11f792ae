"""The evidence of an app's open incidents, as data for its figures: first days, losses, codes and cells.

An app's page only contains the sentences and notes of incidents. The script `incidents/evidence.ts` draws the rest,
because markup in both languages takes four times as many bytes. Pages of all apps have the evidence as markup
(`pages/parts/incidents.html.jinja`).
"""

from collections.abc import Iterable

from pipelines.common.text import Bilingual, half_up
from reports.content.incidents.incident import Cell, PageIncident
from reports.content.incidents.incidents import ListedIncident
from reports.content.site_data import columns

_CELL = ("value", "requests_before", "rate_before", "requests_now", "rate_now", "effect")


def evidence(entries: Iterable[ListedIncident]) -> dict[str, object]:
    """Return the field `evidence` of an app's figures, as type `Evidence` of `static/js/types/incidents.d.ts`.

    The field has an entry for each open incident and for each part of an open incident, by id. Return an empty object
    if no incident is open.
    """
    found = {
        one.incident_id: _of(one, is_part=one is not entry.incident)
        for entry in entries
        if entry.incident.published.is_open
        for one in (entry.incident, *entry.parts)
    }
    return {"evidence": found} if found else {}


def _of(one: PageIncident, *, is_part: bool) -> dict[str, object]:
    row = one.published.incident
    found = {
        "first": f"{row.first_day}",
        "last": row.last_day and f"{row.last_day}",
        "is_part": is_part,
        "level": one.level_day_count,
        "lost": None if one.is_of_data else one.lost_in_all or None,
        "codes": one.codes and _text(one.codes),
        "failed": one.failed and _text(one.failed),
        "restated": one.restated_days,
        "dimension": one.dimension and _text(one.dimension),
        "cells": columns(_CELL, map(_cell, one.cells)) if one.cells else None,
    }
    # Empty values and losses of zero are left out.
    return {name: value for name, value in found.items() if value}


def _cell(cell: Cell) -> tuple[object, ...]:
    return (
        _text(cell.value),
        cell.requests_before,
        _percent(cell.rate_before),
        cell.requests_now,
        _percent(cell.rate_now),
        _percent(cell.effect),
    )


def _text(text: Bilingual) -> str | tuple[str, str]:
    """Return both texts, or only one if they are the same in both languages."""
    return text.zh if text.zh == text.en else (text.zh, text.en)


def _percent(share: float | None) -> float | None:
    """Return a share in per cent with two decimals, the displayed precision."""
    return None if share is None else float(half_up(100 * share, 2))
