"""Ticks and ranges of a chart over days, and the shapes behind its lines, as Plotly expects them.

The pages' scripts have the same functions (`static/js/charts/scales.ts` and `end_labels.ts`), because a page redraws
for every width. These functions and the scripts are tested with the same cases, `tests/reports/chart_cases.json`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor, log10
from typing import Any, Final

from reports.content.wording.formats import compact, weekday
from reports.plots.page_styles import plain

Values = Sequence[float | None]
Axis = dict[str, Any]
Shape = dict[str, Any]
Range = tuple[float, float]
Ranges = Sequence[Range | None]

_STEPS: Final = (1, 2, 2.5, 5, 10)
# Height of a name at a line's end and width of a letter in a mark's label, in pixels. A Chinese character is as wide as
# two letters.
_LINE: Final = 14
_LETTER: Final = 6.5
_FIRST_WIDE: Final = "\u2e80"


def moment(day: date, shift: float = 0) -> str:
    """Return a time as Plotly expects it: midnight of that day, moved by `shift` days."""
    return f"{datetime.combine(day, time()) + timedelta(days=shift):%Y-%m-%d %H:%M}"


def scale(values: Values, unit: str, from_zero: bool, language: str) -> Axis:
    """Return the ticks of a value axis, at even distances, and its range. The axis begins at zero if `from_zero`,
    otherwise near the lowest value.

    The range of a latency is at least a third of its highest value, so that noise of a few milliseconds stays small.
    """
    found = [one for one in values if one is not None]
    low: float = 0 if from_zero or not found else min(found)
    high: float = max(found) if found else 1
    least = {"share": 0.04, "ms": max(4, high / 3), "records": 4}[unit]
    if high - low < least:
        low = 0 if from_zero else max(0, (high + low - least) / 2)
        high = min(1, low + least) if unit == "share" else low + least
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = power * next(one for one in _STEPS if one * power >= rough * 0.99)
    places = range(floor(low / step + 1e-9), ceil(high / step - 1e-9) + 1)
    ticks = [place * step for place in places]
    decimals = 1 if abs(step * 100 - round(step * 100)) > 1e-9 else 0
    room = (ticks[-1] - ticks[0]) * 0.04
    return {
        "tickvals": ticks,
        "ticktext": [
            f"{tick * 100:.{decimals}f}%" if unit == "share" else compact(tick).of(language) for tick in ticks
        ],
        "range": [ticks[0] - room, ticks[-1] + room],
    }


def day_scale(days: Sequence[date], most: int, language: str) -> Axis:
    """Return the ticks of an axis of days, and its range, which contains all days completely.

    The last day has a tick. The others are 1, 2, 7 or 14 days apart: the smallest distance that gives at most `most`
    ticks, else 28 days.
    """
    every = next((step for step in (1, 2, 7, 14) if len(days) / step <= most), 28)
    ticks = [day for i, day in enumerate(days) if (len(days) - 1 - i) % every == 0]
    return {
        "tickvals": [day.isoformat() for day in ticks],
        "ticktext": [f"{day:%m-%d}<br>{weekday(day).of(language)}" for day in ticks],
        "range": [moment(days[0], -0.5), moment(days[-1], 0.5)],
    }


def whole_days(days: Sequence[date], backdrop: Shape) -> list[Shape]:
    """Return a copy of `backdrop` for each of the given days (without data, or holidays), as wide as the day."""
    return [backdrop | {"x0": moment(day, -0.5), "x1": moment(day, 0.5)} for day in days]


def previous_line(days: Sequence[date], values: Values, colour: str, backdrop: Shape) -> list[Shape]:
    """Return a thin line of the `values` of earlier days, drawn at the present `days`; empty without values."""
    runs = _runs(values)
    path = "".join("M" + "L".join(f"{days[i]},{_number(values[i])}" for i in run) for run in runs)
    return [backdrop | {"path": path, "line": backdrop["line"] | {"color": colour}}] if path else []


def band(days: Sequence[date], ranges: Ranges, colour: str, backdrop: Shape) -> list[Shape]:
    """Return a band of the usual range over whole days; empty if no day has a usual range."""
    path = ""
    for run in _runs(ranges):
        known = [one for one in (ranges[i] for i in run) if one is not None]
        # The band covers each day completely: a band of one day would otherwise have no width.
        first, last = (moment(days[run[at]], shift).replace(" ", "_") for at, shift in ((0, -0.5), (-1, 0.5)))
        at = [first, *(days[i].isoformat() for i in run), last]
        around = [known[0], *known, known[-1]]
        above = [f"{x},{_number(high)}" for x, (_, high) in zip(at, around, strict=True)]
        below = [f"{x},{_number(low)}" for x, (low, _) in zip(at, around, strict=True)]
        path += f"M{'L'.join([*above, *reversed(below)])}Z"
    return [backdrop | {"path": path, "fillcolor": colour}] if path else []


@dataclass(frozen=True)
class Mark:
    """A marked day: its kind (`incident`, `note` or `release`), its label, and a short label that needs less room."""

    kind: str
    day: date
    label: str
    short: str


def day_marks(days: Sequence[date], marks: Sequence[Mark], backdrops: Mapping[str, Shape], width: float) -> list[Shape]:
    """Return a line for each marked day. `width` is the width of the plot in pixels.

    Labels of incidents are in a row at the top, others in a row at the bottom. A label must not leave the plot, or
    overlap another mark or label of its row: if it would, the mark gets its short label, or none.
    """
    placed = sorted(((days.index(one.day), one) for one in marks if one.day in days), key=lambda item: item[0])
    taken = {True: -1e9, False: -1e9}
    found = []
    for place, mark in placed:
        is_low, is_left = _is_low(mark), place < len(days) / 2
        others = [at for at, other in placed if other is not mark and _is_low(other) is is_low]
        span = _span_of(place, len(days) / width, is_left=is_left)
        label = next(
            (
                text
                for text in (mark.label, mark.short)
                if span(text)[0] >= max(-1, taken[is_low])
                # Text beyond the plot is cut off.
                and span(text)[1] <= len(days)
                and not any(span(text)[0] < at < span(text)[1] for at in others)
            ),
            "",
        )
        if label:
            taken[is_low] = span(label)[1]
        backdrop = backdrops[mark.kind]
        found.append(
            backdrop
            | {
                "x0": mark.day.isoformat(),
                "x1": mark.day.isoformat(),
                "label": {
                    "text": plain(label),
                    "textposition": "start" if is_low else "end",
                    "textangle": 0,
                    # The label is on the side with more room.
                    "xanchor": "left" if is_left else "right",
                    "yanchor": "bottom" if is_low else "top",
                    "font": {"color": backdrop["line"]["color"], "size": 11},
                },
            }
        )
    return found


def spread(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return the heights `wanted` (pixels from the top), moved so that they are at least one line of text apart.

    The heights keep their order. No height is below `bottom`, and no height above `top` if there is room for all lines.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    found = [0.0] * len(wanted)
    least = top
    for i in order:
        found[i] = max(wanted[i], least)
        least = found[i] + _LINE
    most = bottom
    for i in reversed(order):
        found[i] = min(found[i], most)
        most = found[i] - _LINE
    return found


def _is_low(mark: Mark) -> bool:
    return mark.kind != "incident"


def _span_of(place: int, days_a_pixel: float, *, is_left: bool) -> Callable[[str], Range]:
    """Return a function from the text of a label to the range of day indexes under it.

    The range begins at `place` if `is_left`, else it ends there. `days_a_pixel` converts the width of the text.
    """

    def span(text: str) -> Range:
        letters = sum(2 if letter > _FIRST_WIDE else 1 for letter in text)
        room = letters * _LETTER * days_a_pixel
        return (place, place + room) if is_left else (place - room, place)

    return span


def _runs(values: Sequence[object]) -> list[list[int]]:
    """Split the indexes of the values that are not None into lists of consecutive indexes."""
    found: list[list[int]] = []
    for i, value in enumerate(values):
        if value is None:
            continue
        if i and values[i - 1] is not None:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def _number(value: float | None) -> str:
    """Return a number as a script writes it: whole numbers without decimals."""
    return str(int(value)) if value is not None and float(value).is_integer() else str(value)
