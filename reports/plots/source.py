"""What every figure of a notebook is made of: the published tables, language and theme, and the frame of a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pipelines.common.text import Bilingual
from reports.charts.shapes import THEMES, layout
from reports.content.context import Day
from reports.content.published import PublishedTables
from reports.content.wording.language import t
from reports.plots.page_styles import Style, in_language, plain, style

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# In pixels; a page gives a chart the width that it has.
WIDTH: Final = 720
HEIGHT: Final = 276
HOVER: Final = {"records": ",", "share": ".2%", "ms": ",.0f"}
"""How the pointer shows a value, by the unit of a chart."""
# Room for the title, which stands above the chart in a page, and the line below it.
_TITLE: Final = 44


@dataclass(frozen=True)
class Source:
    """The published tables, and the language and theme that figures are in; `quality` is by day."""

    marts: PublishedTables
    quality: Mapping[date, Day]
    language: str
    theme: str

    @cached_property
    def complete(self) -> set[date]:
        """The days with data of any app."""
        return {day for day, one in self.quality.items() if one.state == "complete"}

    @cached_property
    def holidays(self) -> set[date]:
        """The days of which no usual volume is expected."""
        return {day for day, one in self.quality.items() if one.is_holiday}

    def said(self, text: Bilingual) -> str:
        """Return a text in the language of the figures."""
        return in_language(text, self.language)

    def style(self, sheet: str, selector: str) -> Style:
        """Return what a style sheet of the pages gives to a selector, in the theme of the figures."""
        return style(sheet, selector, self.theme)

    def empty(self) -> dict[str, Any]:
        """Return the text of a chart without data, as an annotation."""
        muted = THEMES[self.theme]["muted"]
        return note(self.said(t("no data")), muted, xref="paper", yref="paper", x=0.5, y=0.5)

    def layout(self, title: str, below: str = "") -> dict[str, Any]:
        """Return the layout of the charts with a title, and a smaller line below it.

        Unlike a page's, it answers to the pointer by itself: there is no script that reads all charts at once.
        """
        found = layout(self.language, self.theme)
        subtitle = {"text": plain(below), "font": {"size": 12, "color": THEMES[self.theme]["muted"]}}
        heading = {"text": plain(title), "font": {"size": 13}, "subtitle": subtitle, "x": 0, "xanchor": "left",
                   "xref": "paper"}  # fmt: skip
        return found | {
            "title": heading,
            "margin": found["margin"] | {"t": found["margin"]["t"] + _TITLE},
            "width": WIDTH,
            "height": HEIGHT,
            "hovermode": "x unified",
        }


def figure(data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> "Figure":
    """Return a figure, whose attributes Plotly checks."""
    # Imported here: it takes half a second, which only a notebook is to pay.
    from plotly.graph_objects import Figure

    # Plotly's own template would set colours of its own.
    return Figure(data=list(data), layout={"template": "none", **layout})


def note(text: str, color: str, **place: Any) -> dict[str, Any]:
    """Return a text on a chart, without an arrow, as an annotation of Plotly."""
    return {"text": plain(text), "showarrow": False, "font": {"size": 11, "color": color}} | place
