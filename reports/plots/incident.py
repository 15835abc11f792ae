"""Plots the curve of an incident, as on its card: 60 days, with the usual range of the days before the incident."""

from typing import TYPE_CHECKING, Final

from pipelines.incidents.published import PublishedIncident
from reports.charts.shapes import backdrops
from reports.content.drawings import curve_range
from reports.content.incidents.curves import incident_curves
from reports.plots.page_styles import line_of
from reports.plots.scales import Mark, band, day_marks, moment, scale
from reports.plots.source import HOVER, WIDTH, Source, figure, note

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SHEET: Final = "briefing.css"


def incident(source: Source, published: PublishedIncident, app_name: str) -> "Figure":
    """Return the curve of an incident of an app, or of all apps together."""
    (curve,) = incident_curves(source.marts, [published], source.quality).values()
    days = [row.day for row in curve.rows]
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": source.text(curve.name),
        "x": [day.isoformat() for day in days],
        "y": [row.value for row in curve.rows],
        "connectgaps": False,
        "line": line_of(source.style(_SHEET, ".curve .lit")),
    }
    drawn = backdrops(source.theme)
    ranges = [row.range for row in curve.rows]
    usual = drawn["norm"] | {"opacity": 1}
    first = drawn["incident"] | {"line": line_of(source.style(_SHEET, ".curve .first"))}
    marked = [] if curve.mark is None else [Mark("incident", days[curve.mark], curve.mark_label, curve.mark_label)]
    layout = source.layout(f"{app_name} · {source.text(curve.name)}", source.text(curve.words))
    unit = curve.unit or "records"
    up = scale([one for row in curve.rows for one in (row.value, row.low, row.high)], unit, False, source.language)
    written = source.style(_SHEET, ".curve text")["fill"]
    layout |= {
        "xaxis": layout["xaxis"] | {"range": [moment(days[0], -0.5), moment(days[-1], 0.5)], "tickformat": "%m-%d",
                                    "hoverformat": "%Y-%m-%d"},
        "yaxis": layout["yaxis"] | up | {"range": list(curve_range(curve.rows)), "hoverformat": HOVER[unit]},
        "shapes": [
            *band(days, ranges, source.style(_SHEET, ".curve .norm")["fill"], usual),
            *day_marks(days, marked, {"incident": first}, WIDTH),
        ],
        "annotations": [
            note(source.text(text), written, xref="paper", x=0, xanchor="left", y=value,
                 yanchor="top" if place == 0 else "bottom")
            for place, (value, text) in enumerate(curve.levels)
        ],
    }  # fmt: skip
    return figure([line], layout)
