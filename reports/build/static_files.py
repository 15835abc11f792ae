"""Writes scripts, styles and chart shapes that all pages share, once, under `assets/`.

Except for `site.js`, a file name contains a digest of the content, so that a browser never combines a new page with an
old script. Scripts and styles come from `static/`, Plotly from `node_modules/`.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from pipelines.common.errors import AuthmeterError
from pipelines.common.project import PROJECT
from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from reports.build.writer import SiteWriter
from reports.charts.shapes import LOOKS, VERSION_LOOKS, look_styles, shapes
from reports.content.sign_in.sign_in_words import sign_in_texts
from reports.content.wording.language import script_msgids, t
from reports.content.wording.words import DECLARED_WORDS, WORDS, word

STATIC = PROJECT / "reports" / "static"
LIBRARIES = PROJECT / "node_modules"
_PLOTLY = "plotly.js-basic-dist-min/plotly-basic.min.js"
# The modules of `static/js/` bundled as one classic script: pages opened from file:// cannot load modules.
BUNDLE = STATIC / "build" / "report.js"
# Makes workbooks; a page loads it when the first workbook is requested.
WORKBOOK = STATIC / "build" / "workbook.js"
# The scripts' names for the direction of change that is good.
_BETTER = {"higher": "up", "lower": "down", None: "none"}
STYLES = (
    "base", "trust", "cards", "charts", "breakdowns", "pages", "tables", "rows", "quality", "incidents",
    "briefing", "billing", "sign_in", "leaving", "print",
)  # fmt: skip


def _made_by_setup(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise AuthmeterError(
            "A part of the front end is missing.",
            where=str(file),
            why="The pages of the site need it.",
            do="Run `make setup`.",
        ) from None


def _script(variable: str, content: Any) -> bytes:
    """Return a classic script that sets one variable: a file:// page can load data in no other way."""
    return f"window.{variable}=".encode() + orjson.dumps(content, option=orjson.OPT_SORT_KEYS) + b";\n"


@cache
def _texts() -> dict[str, Any]:
    return {
        "strings": {msgid: t(msgid).by_language for msgid in script_msgids()},
        "words": {value: word(value).by_language for value in (*DECLARED_WORDS, *WORDS)},
        "metrics": {
            m.name: {
                "label": m.label.by_language,
                "meaning": Bilingual(m.meaning.zh, m.meaning.en.replace("`", "")).by_language,
                "better": _BETTER[m.better],
            }
            for m in METRICS.values()
        },
        "sign_ins": sign_in_texts(),
        # Pages show legends before the charts are loaded.
        "looks": {name: {"marker": look.marker} for name, look in (LOOKS | VERSION_LOOKS).items()},
    }


def _styles() -> bytes:
    sheets = ((STATIC / "css" / f"{name}.css").read_bytes() for name in STYLES)
    return look_styles().encode() + b"".join(sheets)


def write_assets(writer: SiteWriter) -> dict[str, str]:
    """Write the assets that do not depend on the data, and return their paths in the site by short name."""
    contents = {
        "report.css": _styles(),
        "report.js": _made_by_setup(BUNDLE),
        "workbook.js": _made_by_setup(WORKBOOK),
        "texts.js": _script("AUTHMETER_TEXTS", _texts()),
        "charts.js": _script("AUTHMETER_CHARTS", shapes()),
        "plotly.js": _made_by_setup(LIBRARIES / _PLOTLY),
    }
    writer.folder("assets")
    paths = {}
    for name, content in contents.items():
        stem, suffix = name.split(".")
        paths[stem if suffix == "js" else "style"] = path = (
            f"assets/{stem}-{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
        )
        writer.write(path, content)
    return paths


def write_shared_data(writer: SiteWriter, site: dict[str, Any]) -> str:
    """Write the data that all pages share (`site`) as the asset `site.js`, and return its address.

    The file name is fixed, so that a page opened just before the site was replaced still finds the file. The version in
    the address keeps browsers from using an older cached copy.
    """
    writer.write("assets/site.js", _script("AUTHMETER_SITE", site))
    return f"assets/site.js?v={site['version']}"
