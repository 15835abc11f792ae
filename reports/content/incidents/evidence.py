"""What the open incidents of an app rest on, as its figures hold it.

Lives here: their first days, losses, codes and cells as data. An app's page has their sentences and notes; its script
draws the rest (`pages/evidence.js`), as markup in both languages weighs four times what it says. Does not belong
here: which incidents there are (`incidents.py`), the same on pages of all apps (`pages/incidents.html.jinja`).
"""

from collections.abc import Iterable

from pipelines.common.text import Bilingual
from reports.content.incidents.incidents import Cell, Entry, Incident
from reports.content.site_data import columns

_CELL = ("value", "requests_before", "rate_before", "requests_now", "rate_now", "effect")


def evidence(entries: Iterable[Entry]) -> dict[str, object]:
    """The field `evidence` of an app's figures: by id what each of its open incidents, and each part of one, rests on,
    as `Evidence` in `static/js/types.d.ts` says; no field where none is open."""
    found = {
        one.incident_id: _of(one, is_part=one is not entry.incident)
        for entry in entries
        if entry.incident.published.is_open
        for one in (entry.incident, *entry.parts)
    }
    return {"evidence": found} if found else {}


def _of(one: Incident, *, is_part: bool) -> dict[str, object]:
    row = one.published.incident
    found = {
        "first": f"{row.first_day}",
        "last": row.last_day and f"{row.last_day}",
        "is_part": is_part,
        "level": one.level_day_count,
        "lost": None if one.is_of_data else round(row.lost_total) or None,
        "codes": one.codes and _text(one.codes),
        "failed": one.failed and _text(one.failed),
        "restated": one.restated_days,
        "dimension": one.dimension and _text(one.dimension),
        "cells": columns(_CELL, map(_cell, one.cells)) if one.cells else None,
    }
    # What says nothing is left out, a loss of nothing included.
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
    """Once where both languages say the same."""
    return text.zh if text.zh == text.en else (text.zh, text.en)


def _percent(share: float | None) -> float | None:
    """In per cent with two decimals, as many as are shown."""
    return None if share is None else round(100 * share, 2)
