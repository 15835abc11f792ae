"""The fixed texts in the column `cause` of the table `restatements`, and the column's text in both languages."""

from typing import Final

from pipelines.common.text import SEMICOLON, Bilingual

RULES: Final = "registry, result codes or billing rule"
REMOVED_DAYS: Final = "days that retention removed"
READ_AGAIN: Final = " (read again)"
"""Stands behind a file that was read again."""
BETWEEN: Final = SEMICOLON.en
"""Stands between two causes. A file name may contain it, too."""

_CHINESE: Final = {RULES: "登记表、结果码或计费规则", REMOVED_DAYS: "因超过保留期而删除的日期"}
_READ_AGAIN_CHINESE: Final = "（已重新读取）"


def cause_words(cause: str) -> Bilingual:
    """Return a value of the column `cause`, which is in English, in both languages. File names stay as they are."""
    return SEMICOLON.join(Bilingual(_chinese(one), one) for one in cause.split(BETWEEN))


def _chinese(cause: str) -> str:
    if cause.endswith(READ_AGAIN):
        return cause.removesuffix(READ_AGAIN) + _READ_AGAIN_CHINESE
    return _CHINESE.get(cause, cause)
