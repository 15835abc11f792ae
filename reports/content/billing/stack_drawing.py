"""Draws the units left in an account's packages as SVG: a layer for each package, and the forecast as a fan after
the last day.

It is decorative: the page shows the figures as text beside it. The data are in `package_course.py`, colours in
`static/css/billing.css`.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import add

from markupsafe import Markup

from pipelines.common.text import Bilingual
from reports.content.billing.package_course import LeftCourse

# Only neighbouring layers need different shades.
_SHADES = 4
# Share of the height that is kept free above the layers, for labels.
_HEADROOM = 0.2


def shades(course: LeftCourse) -> dict[str, int]:
    """Return the shade of each package's layer as a number from 0, by package id."""
    return {one.resource_package_id: place % _SHADES for place, one in enumerate(course.packages)}


def stack_top(course: LeftCourse) -> float:
    """Return the value at the upper edge of the drawing; the lower edge is zero."""
    return _top(course) * (1 + _HEADROOM)


def stack(course: LeftCourse, now_label: str, run_out: tuple[int, Bilingual] | None = None) -> Markup:
    """Return the drawing: the past as layers, with the package that is used first on top, and the forecast as a fan.

    Args:
        now_label: label of the as-of.
        run_out: days from the as-of until the account runs out, and its label; None if that day is not drawn.
    """
    known = len(course.past[0])
    scale = _Scale(known + len(course.mid), stack_top(course))
    # The package that is used last is the lowest layer.
    sums = [[0] * known, *accumulate(reversed(course.past), lambda below, layer: [*map(add, below, layer)])]
    layers = Markup("").join(
        Markup('<path class="tier shade-{}" d="{}"/>').format(
            (len(course.past) - 1 - place) % _SHADES, scale.area(upper, lower, 0)
        )
        for place, (lower, upper) in enumerate(pairwise(sums))
    )
    fan = Markup("")
    last = sums[-1][-1]
    if course.mid:
        if course.low:
            area = scale.area([last, *course.high], [last, *course.low], known - 1)
            fan = Markup('<path class="fan" d="{}"/>').format(area)
        fan += Markup('<path class="mid" d="{}"/>').format(scale.line([last, *course.mid], known - 1))
    place = scale.x(known - 1)
    marked = _run_out_mark(scale.x(known - 1 + run_out[0]), run_out[1]) if run_out else Markup("")
    return Markup(
        '<svg class="stack" aria-hidden="true" focusable="false"><svg viewBox="0 0 100 100" width="100%" height="100%"'
        ' preserveAspectRatio="none">{layers}{fan}<path class="now" d="M{place} 0V100"/></svg>'
        '<text x="0" y="12">{top}</text>'
        '<text x="{place}%" y="28" {beside}>{now}</text>{marked}</svg>'
    ).format(
        layers=layers, fan=fan, place=place, top=f"{_top(course):,}", now=now_label, beside=_text_side(place),
        marked=marked,
    )  # fmt: skip


def _run_out_mark(place: str, label: Bilingual) -> Markup:
    return Markup(
        '<line class="run-out" x1="{place}%" x2="{place}%" y1="33" y2="100%"/>'
        '<text class="run-out" x="{place}%" y="44" {beside}><tspan lang="zh-CN">{zh}</tspan>'
        '<tspan lang="en">{en}</tspan></text>'
    ).format(place=place, beside=_text_side(place), zh=label.zh, en=label.en)


def _text_side(place: str) -> Markup:
    """Return the SVG attributes that put a text left or right of a vertical line, where the drawing has more room.

    `place` is the position of the line in per cent of the width.
    """
    return Markup('dx="-5" text-anchor="end"' if float(place) > 50 else 'dx="5" text-anchor="start"')


def _top(course: LeftCourse) -> int:
    most: int = max(map(sum, zip(*course.past, strict=True)))
    return max(most, *course.mid, *course.high, 1)


class _Scale:
    """Converts days and values to per cent of the drawing."""

    def __init__(self, days: int, top: float) -> None:
        self._days, self._top = max(1, days - 1), top

    def x(self, day: int) -> str:
        return f"{100 * day / self._days:.2f}"

    def _y(self, value: int) -> str:
        return f"{100 * (1 - value / self._top):.2f}"

    def _points(self, values: Sequence[int], first: int) -> list[str]:
        return [f"{self.x(first + place)} {self._y(value)}" for place, value in enumerate(values)]

    def line(self, values: Sequence[int], first: int) -> str:
        return "M" + "L".join(self._points(values, first))

    def area(self, upper: Sequence[int], lower: Sequence[int], first: int) -> str:
        return "M" + "L".join([*self._points(upper, first), *reversed(self._points(lower, first))]) + "Z"
