"""Defines the shape of each chart once for pages and notebooks: traces, axes, colours, for both languages and themes.

The numbers are added by `static/js/charts/charts.ts` on pages, by `reports/plots/trend.py` in notebooks. To add a
chart, add an entry to `charts()`. Names from logs or the registry must not be put here: Plotly parses tags in names as
HTML.
"""

from dataclasses import dataclass
from typing import Any

from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.record.channels import DECLARED, LOGIN_CHANNELS, NUMBER_CHANNELS
from reports.content.figures.usage import USAGE_LOOKS
from reports.content.wording.language import LANGUAGES, metric_label, t
from reports.content.wording.words import word


@dataclass(frozen=True)
class Look:
    """The look of one series in every chart: colour in each theme, marker, and the name at the end of its line.

    In charts of SDK versions, the version at position `version_place`, from 1, has this look.
    """

    light: str
    dark: str
    marker: str
    label: Bilingual
    version_place: int


# The colours of the four channels can be distinguished with every kind of colour vision.
LOOKS = {
    "one_click": Look("#2456D6", "#8FA2FF", "circle", t("One-click"), 1),
    "wechat": Look("#12A594", "#5CF2DD", "square", t("WeChat"), 3),
    "qq": Look("#B36200", "#E9B000", "diamond", t("QQ"), 2),
    "weibo": Look("#7A0F3A", "#E0457B", "triangle-up", t("Weibo"), 4),
    "local_verify": Look("#5B6472", "#C3CBD6", "x", t("Local number"), 6),
    "third_party": Look("#B05FD3", "#D7A6F5", "cross", t("Third-party"), 5),
}
VERSION_LOOKS = {
    f"version_{look.version_place}": look for look in sorted(LOOKS.values(), key=lambda look: look.version_place)
}
# Colours of text, rules and marks in the two themes, as in static/css/base.css.
THEMES = {
    "light": {
        "ink": "#17202B",
        "muted": "#586474",
        "rule": "#E6EAEF",
        "surface": "#FFFFFF",
        "gap": "#EEF1F4",
        "incident": "#A31B2F",
        "note": "#586474",
        "release": "#6B4BB8",
        "holiday": "#E9B000",
    },
    "dark": {
        "ink": "#E8ECF1",
        "muted": "#A7B1BE",
        "rule": "#2D3743",
        "surface": "#1A212A",
        "gap": "#28313C",
        "incident": "#FF9FAE",
        "note": "#A7B1BE",
        "release": "#B9A2F2",
        "holiday": "#8A6D14",
    },
}
# Opacity of the two shapes behind a line: the band of the usual range, and the thin line of the span before (the same
# number of days, just before the drawn days).
_BAND, _GHOST = 0.18, 0.7
_DASHES = {"incident": "dot", "note": "dot", "release": "dash"}
# A holiday is a strip at the foot of the plot, with this part of its height.
_STRIP = 0.03
# Width in pixels of the names at the lines' ends.
_NAMES = {"zh": 74, "en": 92}


@dataclass(frozen=True)
class ChartLine:
    """One line of a chart: the name of its series, its look (a key of `LOOKS`) and its label."""

    name: str
    look: str
    label: Bilingual


@dataclass(frozen=True)
class Chart:
    """A chart over the days of a window.

    `group` and `field` address the numbers in a page's figures: `group[series][field]`, or `group[series]` without a
    field. `title` is for notebooks; pages get the same text from `static/js/pages/sections.ts`.
    """

    title: Bilingual
    series: tuple[ChartLine, ...]
    group: str
    field: str | None
    unit: str = "records"

    @property
    def starts_at_zero(self) -> bool:
        """Whether the axis of the values begins at zero: for counts, and for shares of channels.

        The axis of rates and latencies covers only the range of the values, as changes would otherwise be invisible.
        """
        return self.unit == "records" or self.field == "share"


def look_styles() -> str:
    """Return a style sheet with each look's colour: the variable `--look-<name>` in both themes and in print, and for
    legends the classes `.look-<name>` and `.look-version_<place>`.
    """
    light, dark = (
        "".join(f"--look-{name}:{getattr(look, theme)};" for name, look in LOOKS.items()) for theme in THEMES
    )
    keys = {name: name for name in LOOKS} | {f"version_{look.version_place}": name for name, look in LOOKS.items()}
    return "\n".join(
        [
            f":root{{{light}}}",
            f'html[data-theme="dark"]{{{dark}}}',
            f"@media print{{html[data-theme]{{{light}}}}}",
            *(f".look-{key}{{color:var(--look-{name})}}" for key, name in keys.items()),
            "",
        ]
    )


def charts() -> dict[str, Chart]:
    """Return every chart by its name, which is the value of the attribute `data-chart` on pages."""
    channels = tuple(ChartLine(name, name, word(name)) for name in LOGIN_CHANNELS)
    checks = tuple(
        ChartLine(one.key, one.key, word(one.key)) for one in DECLARED if one.has_verifications and not one.is_login
    )
    timed = (*channels, *checks)
    verified = tuple(one for one in timed if one.name in NUMBER_CHANNELS)
    usage = tuple(ChartLine(name, look, metric_label(name)) for name, look in USAGE_LOOKS.items())

    return {
        "usage": Chart(t("Records a day"), usage, "usage", None),
        "authorizations": Chart(t("Authorizations"), channels, "trend", "authorizations"),
        "share": Chart(t("Share of the four channels"), channels, "trend", "share", "share"),
        "authorization_rate": Chart(t("Authorization rate"), channels, "trend", "authorization_rate", "share"),
        TECHNICAL: Chart(t("Technical success rate"), channels, "trend", TECHNICAL, "share"),
        "verification_result_rate": Chart(
            t("Result rate of verification"), verified, "verification", "verification_result_rate", "share"
        ),
        "latency_p50_ms": Chart(t("Latency p50 (ms)"), timed, "latency", "latency_p50_ms", "ms"),
        "latency_p95_ms": Chart(t("Latency p95 (ms)"), timed, "latency", "latency_p95_ms", "ms"),
    }


def figure(chart: Chart, language: str, theme: str) -> dict[str, Any]:
    """Return the empty figure of a chart in one language and theme, as Plotly JSON."""
    traces = []
    for one in chart.series:
        look = LOOKS[one.look]
        colour = look.light if theme == "light" else look.dark
        traces.append(
            {
                "type": "scatter",
                "name": one.label.of(language),
                "mode": "lines+markers",
                # A missing day is a gap; markers keep a day between two gaps visible.
                "connectgaps": False,
                # Lines are solid: dashes were mistaken for days without data.
                "line": {"color": colour, "width": 1.75},
                "marker": {"color": colour, "symbol": look.marker, "size": 5},
                "meta": {"series": one.name, "field": chart.field, "group": chart.group, "look": one.look},
            }
        )
    return {"data": traces, "layout": layout(language, theme)}


def layout(language: str, theme: str) -> dict[str, Any]:
    """Return the layout of a chart in one language and theme, as Plotly JSON."""
    colours = THEMES[theme]
    # Dragging must scroll the page on a phone. Margins are fixed, because measuring labels would draw each chart twice.
    axis = {
        "gridcolor": colours["rule"],
        "linecolor": colours["rule"],
        "tickfont": {"color": colours["muted"], "size": 11},
        "fixedrange": True,
        "automargin": False,
        "ticklabeloverflow": "allow",
        "zeroline": False,
    }
    return {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": colours["ink"], "family": "system-ui, sans-serif", "size": 12},
            "margin": {"l": 46, "r": _NAMES[language], "t": 8, "b": 36},
            # The page's script shows the values of all charts on the same day (static/js/charts/readout.ts).
            "hovermode": False,
            "dragmode": False,
            # The page has one legend for all charts next to each other.
            "showlegend": False,
            "xaxis": axis | {"type": "date", "tickangle": 0, "showgrid": False, "showline": True,
                             "ticks": "outside", "ticklen": 4, "tickcolor": colours["rule"]},
            "yaxis": axis,
    }  # fmt: skip


def backdrops(theme: str) -> dict[str, dict[str, Any]]:
    """Return the shapes behind the lines by kind, as Plotly shapes without positions.

    The kinds are days without data, holidays, marked days, the band of the usual range (`norm`), and the thin line of
    the same number of days just before the drawn days (`previous`). Band and thin line have no colour yet: they get the
    colour of their chart line.
    """
    colours = THEMES[theme]
    strip = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "line": {"width": 0}, "layer": "below"}
    mark = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    path = {"type": "path", "layer": "below"}
    found = {
        "gap": strip | {"y1": 1, "fillcolor": colours["gap"]},
        "holiday": strip | {"y1": _STRIP, "fillcolor": colours["holiday"]},
        **{kind: mark | {"line": {"color": colours[kind], "width": 1.5, "dash": _DASHES[kind]}} for kind in _DASHES},
        "norm": path | {"opacity": _BAND, "line": {"width": 0}},
        "previous": path | {"opacity": _GHOST, "line": {"width": 1}},
    }
    return {kind: {"name": kind} | shape for kind, shape in found.items()}


def shapes() -> dict[str, Any]:
    """Return the shapes of all charts as one JSON object, which `charts.ts` reads.

    `charts` has the figure of each chart by name, language and theme. Other fields have units, charts that begin at
    zero, names and colours of series, and the shapes behind the lines.
    """
    found: dict[str, Any] = {
        "backdrops": {theme: backdrops(theme) for theme in THEMES},
        "names": {name: look.label.by_language for name, look in LOOKS.items()},
        "colours": {name: {"light": look.light, "dark": look.dark} for name, look in (LOOKS | VERSION_LOOKS).items()},
        "units": {name: chart.unit for name, chart in charts().items()},
        "from_zero": [name for name, chart in charts().items() if chart.starts_at_zero],
        "charts": {},
    }
    for name, chart in charts().items():
        found["charts"][name] = {
            language: {theme: figure(chart, language, theme) for theme in THEMES} for language in LANGUAGES
        }
    return found
