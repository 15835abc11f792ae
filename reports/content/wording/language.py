"""Chinese and English: every text of the pages stands in both, one is visible.

Lives here: reading the two catalogues (`locale/<language>/LC_MESSAGES/messages.po`) and putting a text into HTML.
The msgid is the English text; an entry of the English catalogue is needed only where the two must differ.
Add a text: write it as `t("...")` in a template, or `_("...")` or `both("...")` in a script, then its Chinese in the
catalogue; a test names what is missing. Does not belong here: names and meanings of metrics
(`pipelines/contract/measures/metrics.py`).
"""

import json
import re
from functools import cache
from pathlib import Path

from pipelines.common.catalogue import read_catalogue
from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import metric

HERE = Path(__file__).parents[2]
# The catalogue's folder, and the tag that browsers choose fonts and voices by.
LANGUAGES = {"zh": "zh-CN", "en": "en"}
# A call in a script: enough of the form for ours, as tests by Babel hold.
_CALL = re.compile(r'/\*.*?\*/|\b(?:_|both)\(\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)


def catalogue(language: str) -> dict[str, str]:
    """The translations of one language, by msgid; entries left empty are not in it."""
    return read_catalogue(HERE / "locale", language)


@cache
def texts() -> dict[str, Bilingual]:
    """Every text of the catalogues, by msgid."""
    zh, en = catalogue("zh"), catalogue("en")
    return {msgid: Bilingual(translated, en.get(msgid, msgid)) for msgid, translated in zh.items()}


def t(msgid: str) -> Bilingual:
    """The text of that msgid in both languages.

    Raises `AuthmeterError` where the Chinese catalogue lacks it: a page in half a language must not go out.
    """
    try:
        return texts()[msgid]
    except KeyError:
        raise AuthmeterError(
            f"The text {msgid!r} has no Chinese translation.",
            where="reports/locale/zh/LC_MESSAGES/messages.po",
            why="Both languages carry the same page.",
            do="Add the entry.",
        ) from None


@cache
def metric_label(name: str) -> Bilingual:
    """The label of a metric, from the dictionary of metrics."""
    found = metric(name)
    return found.label


def script_msgids() -> list[str]:
    """The msgids that the scripts under `static/js/` use, sorted."""
    scripts = [file.read_text("utf-8") for file in (HERE / "static" / "js").rglob("*.js")]
    # A comment gives an empty one.
    return sorted({json.loads(f'"{msgid}"') for script in scripts for msgid in _CALL.findall(script) if msgid})
