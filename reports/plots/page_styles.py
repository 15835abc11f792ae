"""Reads colours and strokes of the pages' SVG drawings from their style sheets.

A figure in a notebook thereby looks like the drawing of the page without a second definition.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

_SHEETS: Final = Path(__file__).parents[1] / "static" / "css"
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
# Media rules, for phones and print.
_MEDIA: Final = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE: Final = re.compile(r"var\(--([\w-]+)\)")
_THEMES: Final = {"light": ":root", "dark": 'html[data-theme="dark"]'}

Style = dict[str, str]


def style(sheet: str, selector: str, theme: str) -> Style:
    """Return the properties of `selector`, written as in the sheet, with the colours of the theme.

    Raises:
        KeyError: the sheet has no such selector.
    """
    colours = _rules("base.css")[_THEMES["light"]] | _rules("base.css")[_THEMES[theme]]
    return {
        name: _VARIABLE.sub(lambda found: colours[f"--{found[1]}"], value)
        for name, value in _rules(sheet)[selector].items()
    }


def line_of(drawn: Style) -> dict[str, object]:
    """Return the stroke of a style as the line of a trace or shape."""
    dashes = drawn.get("stroke-dasharray", "")
    return {
        "color": drawn["stroke"],
        "width": float(drawn.get("stroke-width", 1)),
        "dash": ",".join(f"{length}px" for length in dashes.split()) or "solid",
    }


def plain(text: str) -> str:
    """Return a name from logs or the registry without characters that Plotly would parse as tags."""
    return text.replace("<", "‹").replace(">", "›").replace("&", "+")


@cache
def _rules(sheet: str) -> dict[str, Style]:
    """Return the properties by selector; several rules of one selector are merged."""
    found: dict[str, Style] = {}
    text = _MEDIA.sub("", _COMMENT.sub("", (_SHEETS / sheet).read_text("utf-8")))
    for selectors, properties in _RULE.findall(text):
        pairs = (one.partition(":") for one in properties.split(";") if ":" in one)
        given = {name.strip(): value.strip() for name, _, value in pairs}
        for selector in selectors.split(","):
            name = " ".join(selector.split())
            found[name] = found.get(name, {}) | given
    return found
