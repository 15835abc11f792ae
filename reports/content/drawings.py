"""Small static SVG drawings, which need no script and can be printed: lines over days with a band of the usual range,
bars, and strips of days.

They are decorative: the page shows the figures as text beside them. Interactive charts are in `charts/shapes.py`,
colours in `static/css/`.
"""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from pipelines.incidents.usual.norms import DayNorm

Days = Sequence[DayNorm]
"""The days of one subject, oldest first."""
# Height and width of the view box of a stretched drawing; its lines keep their width.
_DEPTH = 100.0
# Share of a curve's height that is kept free above it, for labels.
_HEADROOM = 0.2


def sparkline(days: Days, width: int = 104, height: int = 34) -> Markup:
    """Return a small drawing of the values as a line over the band of the usual range, with a dot on the newest day."""
    scale = _Scale(days, width - 5, height - 5)
    last = len(days) - 1
    newest = days[last].value if days else None
    dot = Markup("") if newest is None else Markup('<circle cx="{}" cy="{}" r="2.2"/>').format(
        scale.x(last), scale.y(newest)
    )  # fmt: skip
    return Markup(
        '<svg class="sparkline" width="{w}" height="{h}" viewBox="-2.5 -2.5 {w} {h}" aria-hidden="true"'
        ' focusable="false">{band}<path class="lit" d="{line}"/>{dot}</svg>'
    ).format(w=width, h=height, band=_band(days, scale), line=_line(days, scale), dot=dot)


def curve(days: Days, mark: int | None, label: str, levels: Sequence[tuple[float, str]]) -> Markup:
    """Return a drawing of the values as a line over the band of the usual range, as wide as its container.

    Args:
        mark: index of the day that is marked with `label`; None if it is before the first day.
        levels: values that are labelled at the left edge, with their texts.
    """
    scale = _Scale(days, _DEPTH, _DEPTH, headroom=_HEADROOM)
    marked = Markup("")
    if mark is not None:
        x = f"{scale.part(mark):.2f}%"
        end, shift = ("end", -5) if scale.part(mark) > 70 else ("start", 5)
        marked = Markup(
            '<line class="first" x1="{x}" x2="{x}" y1="0" y2="100%"/>'
            '<text class="first" x="{x}" y="11" dx="{shift}" text-anchor="{end}">{label}</text>'
        ).format(x=x, shift=shift, end=end, label=label)
    written = Markup("").join(
        Markup('<text x="0" y="{}%" dy="{}">{}</text>').format(scale.y(value), 12 if i == 0 else -4, text)
        for i, (value, text) in enumerate(levels)
    )
    return Markup(
        '<svg class="curve" aria-hidden="true" focusable="false"><svg viewBox="0 0 100 100" width="100%" height="100%"'
        ' preserveAspectRatio="none">{band}<path class="lit" d="{line}"/></svg>{marked}{written}</svg>'
    ).format(band=_band(days, scale), line=_line(days, scale), marked=marked, written=written)


def curve_range(days: Days) -> tuple[float, float]:
    """Return the values at the lower and the upper edge of the drawing that `curve` returns."""
    scale = _Scale(days, _DEPTH, _DEPTH, headroom=_HEADROOM)
    return scale.floor, scale.top


def bar(part: float) -> Markup:
    """Return a bar that is filled to `part`, from 0 to 1."""
    return Markup(
        '<svg class="part" aria-hidden="true" focusable="false"><rect class="whole" width="100%" height="100%" rx="3"/>'
        '<rect class="filled" width="{:.1f}%" height="100%" rx="3"/></svg>'
    ).format(100 * min(max(part, 0.0), 1.0))


class _Scale:
    """Converts days and values to coordinates of a drawing."""

    def __init__(self, days: Days, width: float, height: float, headroom: float = 0.0) -> None:
        known = [one for day in days for one in (day.value, day.low, day.high) if one is not None]
        top, least = max(known, default=1.0), min(known, default=0.0)
        self.top = top + (top - least) * headroom
        # Values far above zero would be a flat line: the axis then begins below the lowest value.
        self.floor = max(0.0, least - (top - least) * 0.15)
        self.width, self.height, self.days = width, height, len(days)

    def part(self, day: int) -> float:
        """Return the x coordinate of a day in per cent."""
        return 100 * day / max(1, self.days - 1)

    def x(self, day: int) -> str:
        return f"{self.part(day) * self.width / 100:.1f}"

    def y(self, value: float) -> str:
        return f"{self.height * (self.top - value) / ((self.top - self.floor) or 1):.1f}"


def _line(days: Days, scale: _Scale) -> str:
    """Return the path of a line that breaks on days without data; a day between two gaps is a dot."""
    path = ""
    for place, day in enumerate(days):
        if day.value is not None:
            begins = place == 0 or days[place - 1].value is None
            path += f"{'M' if begins else 'L'}{scale.x(place)} {scale.y(day.value)}{'h0' if begins else ''}"
    return path


def _band(days: Days, scale: _Scale) -> Markup:
    """Return the band of the usual range; empty if no two consecutive days have a usual range."""
    edges = [(place, *day.range) for place, day in enumerate(days) if day.range]
    if not edges:
        return Markup("")
    path = ""
    # The band breaks on days without a norm.
    for _, group in groupby(enumerate(edges), lambda item: item[1][0] - item[0]):
        run = [edge for _, edge in group]
        there = "L".join(f"{scale.x(day)} {scale.y(high)}" for day, _, high in run)
        back = "L".join(f"{scale.x(day)} {scale.y(low)}" for day, low, _ in reversed(run))
        path += f"M{there}L{back}Z" if len(run) > 1 else ""
    return Markup('<path class="norm" d="{}"/>').format(path) if path else Markup("")


# Width of a box in a strip of days, and of the gap after it.
_WIDTH, _GAP = 8, 2


def day_strip(classes: Sequence[str | None]) -> Markup:
    """Return a drawing with a box for each day, oldest first.

    `classes` has the CSS class of each day: its result, such as the cause of a difference. None leaves a gap.
    """
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
