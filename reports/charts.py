"""Each chart's shape, once: traces, axes, colours, in both languages and for light and dark.

Lives here: what a chart looks like. A page carries its numbers only (`context.py`), and `static/report.js` puts
them into the shape, by the `series` and `field` that stand in each trace's `meta`.
Add a chart: an entry of `CHARTS`. Does not belong here: numbers, and names that come from logs or the registry
(Plotly reads tags in a name as HTML).
"""

# Plotly gives its classes out by a lazy import that mypy cannot see through.
# mypy: disable-error-code="attr-defined,name-defined,no-untyped-call"

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from reports.language import LANGUAGES, Text, metric_label, t
from reports.words import word


@dataclass(frozen=True)
class Look:
    """How one series is drawn, the same in every chart; told apart by colour, dash and marker each alone."""

    light: str
    dark: str
    dash: str
    marker: str


# The four channels' colours are told apart by every kind of colour vision.
LOOKS = {
    "one_click": Look("#2456D6", "#8FA2FF", "solid", "circle"),
    "wechat": Look("#12A594", "#5CF2DD", "dash", "square"),
    "qq": Look("#B36200", "#E9B000", "dot", "diamond"),
    "weibo": Look("#7A0F3A", "#E0457B", "dashdot", "triangle-up"),
    "local_verify": Look("#5B6472", "#C3CBD6", "longdash", "x"),
    "third_party": Look("#B05FD3", "#D7A6F5", "dash", "cross"),
}
# Ink, muted ink and rules of the two themes, as in static/report.css.
THEMES = {
    "light": {"ink": "#1B2430", "muted": "#586474", "rule": "#DFE4EA", "surface": "#FFFFFF", "gap": "#EEF1F4"},
    "dark": {"ink": "#E8ECF1", "muted": "#A7B1BE", "rule": "#333D4A", "surface": "#1B222B", "gap": "#262F3A"},
}
TREND_CHANNELS = ("one_click", "wechat", "qq", "weibo")


@dataclass(frozen=True)
class Series:
    """One line of a chart: its look and its label."""

    name: str
    look: str
    label: Text


@dataclass(frozen=True)
class Chart:
    """A chart over the days of a window; `field` names the list of numbers in each series of the page."""

    title: Text
    series: tuple[Series, ...]
    field: str
    is_share: bool = False


def charts() -> dict[str, Chart]:
    """Every chart by the name that a page's `data-chart` gives."""
    channels = tuple(Series(name, name, word(name)) for name in TREND_CHANNELS)
    usage = (
        Series("one_click_verifications", "one_click", metric_label("one_click_verifications")),
        Series("local_verifications", "local_verify", metric_label("local_verifications")),
        Series("third_party_authorizations", "third_party", metric_label("third_party_authorizations")),
    )
    return {
        "authorizations": Chart(t("Authorizations by channel and day"), channels, "authorizations"),
        "authorization_rate": Chart(
            t("Authorization rate by channel and day"), channels, "authorization_rate", is_share=True
        ),
        "usage": Chart(t("Usage by day"), usage, "count"),
    }


def figure(chart: Chart, language: str, theme: str) -> go.Figure:
    """The empty figure of a chart in one language and theme; Plotly checks every attribute."""
    colours = THEMES[theme]
    traces = []
    for one in chart.series:
        look = LOOKS[one.look]
        colour = look.light if theme == "light" else look.dark
        traces.append(
            go.Scatter(
                name=getattr(one.label, language),
                mode="lines+markers",
                # A missing day is a gap; markers keep a day between two gaps visible.
                connectgaps=False,
                line={"color": colour, "dash": look.dash, "width": 2},
                marker={"color": colour, "symbol": look.marker, "size": 6},
                hovertemplate="%{y:.2%}" if chart.is_share else "%{y:,d}",
                meta={"series": one.name, "field": chart.field},
            )
        )
    axis = {
        "gridcolor": colours["rule"],
        "linecolor": colours["rule"],
        "zerolinecolor": colours["rule"],
        "tickfont": {"color": colours["muted"]},
        # Dragging on a phone scrolls the page.
        "fixedrange": True,
    }
    found = go.Figure(
        data=traces,
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": colours["ink"], "family": "system-ui, sans-serif", "size": 13},
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
            "hovermode": "x unified",
            "hoverlabel": {"bgcolor": colours["surface"], "bordercolor": colours["rule"],
                           "font": {"color": colours["ink"]}},
            "dragmode": False,
            "showlegend": True,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
            "xaxis": axis | {"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d", "automargin": True,
                             "showgrid": False},
            "yaxis": axis | {"automargin": True, "rangemode": "tozero", "tickformat": ".0%" if chart.is_share else ",d",
                             **({"range": [0, 1]} if chart.is_share else {})},
        },
    )  # fmt: skip
    return found


def shapes() -> dict[str, Any]:
    """All charts as `report.js` takes them: name, language, theme, then `data` and `layout`; and each gap's fill."""
    found: dict[str, Any] = {"gap": {theme: colours["gap"] for theme, colours in THEMES.items()}, "charts": {}}
    for name, chart in charts().items():
        found["charts"][name] = {}
        for language in LANGUAGES:
            for theme in THEMES:
                shape = figure(chart, language, theme).to_plotly_json()
                # Plotly's default template is 6.5 KB a figure and sets nothing that is not set above.
                shape["layout"].pop("template", None)
                found["charts"][name].setdefault(language, {})[theme] = shape
    return found
