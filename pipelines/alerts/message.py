"""The words of an alert, in Chinese or English: what is published, late or failed, the headline figures, what to do.

Lives here: the message as text, and as the JSON that a command gets. Does not belong here: when one is sent, and how
(`due.py`).
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import HEADLINE
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.sql import sql
from pipelines.contract.status import OpenIncident
from pipelines.incidents.acknowledging import how_to_acknowledge, note_line
from pipelines.incidents.words import incident_heading, with_note
from pipelines.store.database import open_published

Kind = Literal["failed", "late", "warning", "daily", "test"]
Language = Literal["zh", "en"]

# A message lists so many warnings and counts the rest.
_LISTED = 5


@dataclass(frozen=True)
class Figure:
    """One headline figure of a day, beside the same weekday of the week before.

    `change` is ratio - 1, of a rate the difference; None where there is nothing to compare with.
    """

    metric: str
    value: float | None
    week_before: float | None
    change: float | None


@dataclass(frozen=True)
class Headline:
    """The figures of the published day; `usual_records` are those of a usual day of its weekday."""

    figures: tuple[Figure, ...] = ()
    records: int | None = None
    usual_records: int | None = None


@dataclass(frozen=True)
class Message:
    """What an alert says; `days` are those it is about, the first and the last."""

    kind: Kind
    day: date
    first_day: date
    state: str
    headline: Headline = Headline()
    warnings: Sequence[tuple[str, str, str]] = ()
    """Check, and its finding in Chinese and in English."""
    incidents: Sequence[OpenIncident] = ()
    what: str = ""
    why: str = ""
    to_do: Sequence[str] = field(default_factory=tuple)

    def title(self, language: Language) -> str:
        """One line."""
        days = str(self.day) if self.first_day == self.day else f"{self.first_day} – {self.day}"
        zh, en = {
            "daily": (f"{days} 报告已发布", f"report of {days} published"),
            "warning": (f"{days} 报告有告警", f"report of {days} has warnings"),
            "late": (f"{days} 数据未到或未发布", f"{days} late: not there or not published"),
            "failed": (f"{days} 运行失败", f"run for {days} failed"),
            # Whoever gets it must not take it for the news of a day.
            "test": ("测试消息", "test message"),
        }[self.kind]
        return f"authmeter：{zh}" if language == "zh" else f"authmeter: {en}"

    def body(self, language: Language) -> str:
        """The text below the title, plain."""
        is_zh = language == "zh"
        lines = [self.what, self.why] if self.what else []
        lines += [_figure_line(figure, language) for figure in self.headline.figures if figure.value is not None]
        records, usual = self.headline.records, self.headline.usual_records
        if records is not None:
            share = f"{records / usual:.0%}" if usual else ""
            lines.append(
                (f"记录数 {records:,}" + (f"，为平时的 {share}" if share else ""))
                if is_zh
                else (f"Records {records:,}" + (f", {share} of the usual" if share else ""))
            )
        if self.incidents:
            lines.append(_said(incident_heading(len(self.incidents)), language))
            lines += [f"- {_incident_line(one, language)}" for one in self.incidents[:_LISTED]]
            lines += _rest(len(self.incidents))
            first = self.incidents[0]
            if first.is_alarm:
                line = note_line(self.day, first.app_key, first.incident_id)
                lines.append(_said(how_to_acknowledge(line), language))
        if self.warnings:
            lines.append(f"告警 {len(self.warnings)} 项：" if is_zh else f"{len(self.warnings)} warnings:")
            lines += [f"- {check}: {zh if is_zh else en}" for check, zh, en in self.warnings[:_LISTED]]
            lines += _rest(len(self.warnings))
        elif self.kind == "daily" and not self.incidents:
            lines.append("没有告警" if is_zh else "No warnings")
        if self.to_do:
            lines += ["处理：" if is_zh else "To do:", *(f"- {text}" for text in self.to_do)]
        return "\n".join(line for line in lines if line)

    def as_json(self, language: Language) -> dict[str, object]:
        """The message for a command, with the figures as numbers."""
        figures = {f.metric: asdict(f) for f in self.headline.figures}
        return {
            "kind": self.kind, "day": str(self.day), "first_day": str(self.first_day), "state": self.state,
            "title": self.title(language), "body": self.body(language), "figures": figures,
            "records": self.headline.records, "usual_records": self.headline.usual_records,
            "warnings": [{"check": check, "zh": zh, "en": en} for check, zh, en in self.warnings],
            "incidents": [
                {"incident_id": one.incident_id, "text": _incident_line(one, language), "link": one.link}
                for one in self.incidents
            ],
            "what": self.what, "why": self.why, "to_do": list(self.to_do),
        }  # fmt: skip


def read_headline(database: Path) -> Headline:
    """The headline figures of the published day; none where there is no published file of this version."""
    try:
        with closing(open_published(database)) as connection:
            result = connection.execute(sql("pipelines.alerts", "headline"))
            names = [column[0] for column in result.description]
            (row,) = result.fetchall()
    except (AuthmeterError, duckdb.Error):
        return Headline()
    found = dict(zip(names, row, strict=True))
    figures = tuple(Figure(metric, **found[metric]) for metric in HEADLINE)
    return Headline(figures, found["records"], found["usual_records"])


def _incident_line(one: OpenIncident, language: Language) -> str:
    text = Bilingual(one.text_zh, one.text_en)
    return _said(with_note(text, one.notes[0]) if one.notes else text, language)


def _said(words: Bilingual, language: Language) -> str:
    return words.zh if language == "zh" else words.en


def _rest(number: int) -> list[str]:
    """How many are not listed."""
    return [f"- … (+{number - _LISTED})"] if number > _LISTED else []


def _figure_line(figure: Figure, language: Language) -> str:
    measure = METRICS[figure.metric]
    label = _said(measure.label, language)
    is_rate = measure.kind == "rate"
    value = f"{figure.value:.2%}" if is_rate else f"{figure.value:,.0f}"
    if figure.change is None:
        return f"{label} {value}"
    points = "百分点" if language == "zh" else "points"
    change = f"{figure.change * 100:+.2f} {points}" if is_rate else f"{figure.change:+.1%}"
    return f"{label} {value}（较上周同日 {change}）" if language == "zh" else f"{label} {value} ({change} on last week)"
