"""Draws sessions by way (signed in directly, by retry, …) as SVG: one stacked bar, or one for each day.

The drawings are decorative: the page shows the figures as text beside them. Colours are in `static/css/sign_in.css`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

from markupsafe import Markup

from pipelines.contract.measures.session_metrics import WAYS


def way_bar(sessions: Sequence[int]) -> Markup:
    """Return a bar as wide as its container, divided by way.

    Args:
        sessions: number of sessions of each way, in the order of `WAYS`.
    """
    whole = sum(sessions) or 1
    starts = accumulate(sessions, initial=0)
    parts = Markup("").join(
        Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" height="100%"/>').format(
            way, 100 * start / whole, 100 * number / whole
        )
        for way, start, number in zip(WAYS, starts, sessions, strict=False)
        if number
    )
    return Markup('<svg class="ways" aria-hidden="true" focusable="false">{}</svg>').format(parts)


def way_days(days: Sequence[date], sessions: Mapping[date, Sequence[int]]) -> Markup:
    """Return a stacked bar for each day, oldest first, sign-ins at the bottom; days without a session are empty.

    Args:
        sessions: by day, the number of sessions of each way, in the order of `WAYS`.
    """
    most = max((sum(sessions[day]) for day in days if day in sessions), default=0) or 1
    bars: dict[str, list[str]] = {way: [] for way in WAYS}
    for place, day in enumerate(days):
        numbers = sessions.get(day, ())
        for way, number, top in zip(WAYS, numbers, accumulate(numbers), strict=False):
            if number:
                bars[way].append(f"M{place} {100 - 100 * top / most:.2f}h0.8v{100 * number / most:.2f}h-0.8z")
    # One shape for each way contains all days: drawing a shape for each way and day would take a browser long.
    parts = Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(way, "".join(found)) for way, found in bars.items() if found
    )
    return Markup(
        '<svg class="ways by-day" viewBox="0 0 {} 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        "{}</svg>"
    ).format(len(days), parts)
