"""What a check found, in both languages, and how several findings about a day become one text.

Lives here: the finding, and the words that all such checks share. The result of a check is in `contract/checks.py`;
what is found is said where it is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.common.text import printable

# So many findings of a check are named; the rest is counted.
_NAMED = 4
# What is named in a finding comes from logs and may be of any length.
_MAX_TEXT = 300


@dataclass(frozen=True)
class Finding:
    """One thing about a day that is not as usual; `weight` is how many records it is about."""

    zh: str
    en: str
    weight: float


@dataclass(frozen=True)
class Basis:
    """What the day was compared with: so many days with data, the first of them. Without a norm: their median."""

    days: int
    since: date
    has_norm: bool = True


def describe(findings: Sequence[Finding], basis: Basis, do_zh: str, do_en: str) -> tuple[str, str]:
    """The gravest findings, what they were compared with and what to do, in Chinese and in English."""
    gravest = sorted(findings, key=lambda finding: (-finding.weight, finding.en))
    more = len(gravest) - _NAMED
    zh = "；".join(_clean(finding.zh) for finding in gravest[:_NAMED]) + (f"；另有 {more} 项" if more > 0 else "")
    en = "; ".join(_clean(finding.en) for finding in gravest[:_NAMED]) + (f"; {more} more" if more > 0 else "")
    of_zh, of_en = ("同星期平时水平", "norm of the weekday") if basis.has_norm else ("中位数", "median")
    return (
        f"{zh}。对照：{basis.since} 起 {basis.days} 个有数据日的{of_zh}。{do_zh}",
        f"{en}. Compared with the {of_en} over {basis.days} days with data since {basis.since}. {do_en}",
    )


def too_few(days: int, needed: int) -> tuple[str, str]:
    """Why nothing is examined yet, in Chinese and in English."""
    return (
        f"尚不判断：此前 8 周内需 {needed} 个有数据日，现有 {days} 个",
        f"not judged yet: it takes {needed} days with data in the eight weeks before, there are {days}",
    )


def _clean(text: str) -> str:
    """A finding's text on one line and of a length to be read, whatever a log or a file in it is called."""
    return printable(text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…")
