"""The fixed texts in the column `cause` of the table `restatements`, and the column's text in both languages."""

from typing import Final

from pipelines.common.text import Bilingual

RULES_CHANGED: Final = "registry, result codes or billing rule"
DAYS_REMOVED: Final = "days that retention removed"
READ_AGAIN: Final = " (read again)"
"""Suffix of a file that was read again."""
CAUSE_SEPARATOR: Final = "; "

_CHINESE: Final = {RULES_CHANGED: "登记表、结果码或计费规则", DAYS_REMOVED: "因超过保留期而删除的日期"}
_READ_AGAIN_CHINESE: Final = "（已重新读取）"


def restatement_words(cause: str) -> Bilingual:
    """Return a value of the column in both languages. Names of files are not translated."""
    # A name that contains the separator is split and joined again.
    return Bilingual(CAUSE_SEPARATOR.join(map(_chinese, cause.split(CAUSE_SEPARATOR))), cause)


def _chinese(cause: str) -> str:
    if cause.endswith(READ_AGAIN):
        return cause.removesuffix(READ_AGAIN) + _READ_AGAIN_CHINESE
    return _CHINESE.get(cause, cause)
