"""Texts of the pages in Chinese and English: pages contain both, and one is visible.

The catalogues are `locale/<language>/LC_MESSAGES/messages.po`. The msgid is the English text; the English catalogue
only has entries for texts that must differ from their msgid. To add a text, write `t("...")` in a template, or
`_("...")` or `both("...")` in a script, then add its Chinese to the catalogue; a test reports missing entries. Names
and meanings of metrics are in `pipelines/contract/measures/metrics.py`.
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
# Folder of the catalogue, and the language tag by which browsers choose fonts and voices.
LANGUAGES = {"zh": "zh-CN", "en": "en"}
# Matches calls in scripts; tests compare it with Babel's extraction.
_CALL = re.compile(r'/\*.*?\*/|\b(?:_|both)\(\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)


def catalogue(language: str) -> dict[str, str]:
    """Return the translations of one language by msgid, without empty entries."""
    return read_catalogue(HERE / "locale", language)


@cache
def texts() -> dict[str, Bilingual]:
    """Return every text of the catalogues by msgid."""
    zh, en = catalogue("zh"), catalogue("en")
    return {msgid: Bilingual(translated, en.get(msgid, msgid)) for msgid, translated in zh.items()}


def t(msgid: str) -> Bilingual:
    """Return the text of a msgid in both languages.

    Raises `AuthmeterError` if the Chinese catalogue lacks the msgid: pages must be complete in both languages.
    """
    try:
        return texts()[msgid]
    except KeyError:
        raise AuthmeterError(
            f"The text {msgid!r} has no Chinese translation.",
            where="reports/locale/zh/LC_MESSAGES/messages.po",
            why="Every text of a page needs both languages.",
            do="Add it to the catalogue.",
        ) from None


@cache
def metric_label(name: str) -> Bilingual:
    """Return the label of a metric, from the dictionary of metrics."""
    found = metric(name)
    return found.label


def script_msgids() -> list[str]:
    """Return the msgids that the scripts under `static/js/` use, sorted."""
    scripts = [file.read_text("utf-8") for file in (HERE / "static" / "js").rglob("*.ts")]
    # Comments match with an empty msgid.
    return sorted({json.loads(f'"{msgid}"') for script in scripts for msgid in _CALL.findall(script) if msgid})
