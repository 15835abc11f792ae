"""Draws a strip of days as SVG: one box a day, whose CSS class is the day's result, such as the cause of a difference.

It is decorative: the page shows the counts as text beside it. Colours are in `static/css/billing.css`.
"""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _GAP = 8, 2


def day_strip(classes: Sequence[str | None]) -> Markup:
    """Return a drawing with a box for each day. `classes` has their CSS classes, oldest first; None leaves a gap."""
    boxes = Markup("").join(
        Markup('<rect class="{}" x="{}" width="{}" height="16" rx="1.5"/>').format(
            name, place * (_WIDTH + _GAP), _WIDTH
        )
        for place, name in enumerate(classes)
        if name
    )
    width = len(classes) * (_WIDTH + _GAP)
    return Markup(
        '<svg class="day-strip" width="{w}" height="16" viewBox="0 0 {w} 16" aria-hidden="true" focusable="false">'
        "{boxes}</svg>"
    ).format(w=width, boxes=boxes)
