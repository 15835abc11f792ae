"""The basis of all figures of a notebook: published tables, language and theme, and the frame of a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipelines.common.text import Bilingual
from reports.charts.shapes import THEMES, layout
from reports.content.context import Quality
from reports.content.published import PublishedTables
from reports.content.wording.language import t
from reports.plots.page_styles import Style, plain, style

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Size of a figure in pixels. On a page, a chart fills the available width.
WIDTH: Final = 720
HEIGHT: Final = 276
HOVER: Final = {"records": ",", "share": ".2%", "ms": ",.0f"}
"""Format of values under the pointer, by the unit of a chart."""
# Height of the title and the line below it; on a page, the title is outside of the chart.
_TITLE: Final = 44


@dataclass(frozen=True)
class Source:
    """The published tables, language and theme of the figures, and the rows of `day_quality` by day (`quality`)."""

    marts: PublishedTables
    quality: Quality
    language: str
    theme: str

    def text(self, text: Bilingual) -> str:
        """Return a text in the language of the figures."""
        return text.of(self.language)

    def style(self, sheet: str, selector: str) -> Style:
        """Return the properties of a selector in a style sheet of the pages, in the figures' theme."""
        return style(sheet, selector, self.theme)

    def empty(self) -> dict[str, Any]:
        """Return the text of a chart without data, as an annotation."""
        muted = THEMES[self.theme]["muted"]
        return note(self.text(t("no data")), muted, xref="paper", yref="paper", x=0.5, y=0.5)

    def layout(self, title: str, below: str = "") -> dict[str, Any]:
        """Return the layout of the charts with a title, and a smaller line below it.

        Unlike on a page, Plotly's own hover is on: there is no script that shows the values of all charts at once.
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
    """Return a figure; Plotly validates its attributes."""
    # Imported lazily: importing takes 0.5 s, and only notebooks need it.
    from plotly.graph_objects import Figure

    # Plotly's default template would override colours.
    return Figure(data=list(data), layout={"template": "none", **layout})


def note(text: str, color: str, **place: Any) -> dict[str, Any]:
    """Return a text on a chart, without an arrow, as a Plotly annotation."""
    return {"text": plain(text), "showarrow": False, "font": {"size": 11, "color": color}} | place
