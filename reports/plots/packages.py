"""Plots the units left in an account's resource packages as the page does: a layer for each package, the forecast as a
fan.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from reports.charts.shapes import backdrops
from reports.content.billing.package_course import LeftCourse, left_course
from reports.content.billing.package_words import day_text, run_out_mark
from reports.content.billing.resource_packages import PackageAccount
from reports.content.billing.stack_drawing import shades, stack_top
from reports.content.wording.language import t
from reports.plots.page_styles import line_of, plain
from reports.plots.scales import moment, scale
from reports.plots.source import HOVER, Source, figure, note

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SHEET: Final = "billing.css"
# Selectors for the line and the text of each marked day.
_MARKS: Final = {"now": (".stack .now", ".stack text"), "run-out": (".stack line.run-out", ".stack text.run-out")}


def packages(source: Source, account: PackageAccount) -> "Figure":
    """Return the figure of an account; it has no lines if no package had units left in the last 90 days."""
    marts = source.marts
    as_of = marts.publication.as_of
    course = left_course(account, source.quality.with_data, as_of, marts.publication.time_zone)
    if course is None:
        return figure([], source.layout(account.row.account_id) | {"annotations": [source.empty()]})
    marked = [("now", as_of, day_text(as_of, as_of))]
    if run_out := run_out_mark(account, len(course.mid), as_of):
        marked.append(("run-out", as_of + timedelta(days=run_out[0]), source.text(run_out[1])))
    layout = source.layout(account.row.account_id, source.text(course.words))
    last = as_of + timedelta(days=len(course.mid))
    up = scale([0, stack_top(course)], "records", True, source.language)
    layout |= {
        "xaxis": layout["xaxis"] | {"range": [moment(course.first_day), moment(last)], "tickformat": "%m-%d",
                                    "hoverformat": "%Y-%m-%d"},
        "yaxis": layout["yaxis"] | up | {"range": [0, stack_top(course)], "hoverformat": HOVER["records"]},
        "shapes": [_mark(source, name, day) for name, day, _ in marked],
        "annotations": [
            note(said, source.style(_SHEET, _MARKS[name][1])["fill"], x=day.isoformat(), yref="paper",
                 y=1 - 0.1 * place, xanchor="right" if place else "left")
            for place, (name, day, said) in enumerate(marked)
        ],
    }  # fmt: skip
    return figure([*_layers(source, course), *_fan(source, course, as_of)], layout)


def _mark(source: Source, name: str, day: date) -> dict[str, Any]:
    line = line_of(source.style(_SHEET, _MARKS[name][0]))
    return backdrops(source.theme)["note"] | {"name": name, "x0": day.isoformat(), "x1": day.isoformat(), "line": line}


def _layers(source: Source, course: LeftCourse) -> Iterator[dict[str, Any]]:
    """Yield a trace of the units left in each package, the lowest layer first. The package used first is on top."""
    tier, shade = source.style(_SHEET, ".tier"), shades(course)
    for package, values in reversed(list(zip(course.packages, course.past, strict=True))):
        name = package.resource_package_id
        opacity = float(source.style(_SHEET, f".tier.shade-{shade[name]}")["fill-opacity"])
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": plain(name),
            "x": _days(course.first_day, values),
            "y": values,
            "stackgroup": "left",
            "fillcolor": _faint(tier["fill"], opacity),
            "line": line_of(tier),
        }


def _fan(source: Source, course: LeftCourse, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield the forecast of all units left and its interval; each line begins with the present value."""
    now = sum(values[-1] for values in course.past)
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}}
    if course.low:
        yield edge | {"name": source.text(t("With the most uses")), **_ahead(as_of, now, course.low)}
        fill = source.style(_SHEET, ".stack .fan")["fill"]
        few = {"name": source.text(t("With the fewest uses")), "fill": "tonexty", "fillcolor": fill}
        yield edge | few | _ahead(as_of, now, course.high)
    if course.mid:
        name = source.text(t("Total left, forecast after the data day"))
        yield edge | _ahead(as_of, now, course.mid) | {
            "name": name, "line": line_of(source.style(_SHEET, ".stack .mid"))
        }  # fmt: skip


def _ahead(as_of: date, now: int, values: Sequence[int]) -> dict[str, Any]:
    return {"x": _days(as_of, [now, *values]), "y": [now, *values]}


def _days(first: date, values: Sequence[int]) -> list[str]:
    return [(first + timedelta(days=ahead)).isoformat() for ahead in range(len(values))]


def _faint(colour: str, opacity: float) -> str:
    """Convert a colour `#rrggbb` to `rgba(…)` with an opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
