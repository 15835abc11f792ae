"""The text of an alert in Chinese or English: a verdict as title, then the first incident, other open problems, and
figures.

This module creates the lines, and the JSON for a command. `due.py` decides when a message is sent, `forms.py` formats
it for each service, and `week_message.py` has the words of a week.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Final, Literal

from pipelines.alerts.figures import Curve, Figure, Headline, blocks
from pipelines.alerts.forms import as_text
from pipelines.alerts.lines import BlockRow, Language, Line, change_text, in_language, listed
from pipelines.alerts.week import Week
from pipelines.alerts.week_message import week_lines, week_title
from pipelines.common.text import Bilingual, per_cent, printable, range_ends, whole
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.status import UNDELIVERED, OpenIncident, Problems
from pipelines.incidents.acknowledging import note_line
from pipelines.incidents.words import percent_words, problem_words, with_note

Kind = Literal["failed", "late", "warning", "daily", "weekly", "test"]

# With at most this many days of data, no incident can be detected.
_LEAST_DAYS: Final = 7
_NO_WORDS: Final = Bilingual("", "")
_PLACES: Final = {
    "below": Bilingual("，低于平时", ", below the usual"),
    "above": Bilingual("，高于平时", ", above the usual"),
}


@dataclass(frozen=True)
class Message:
    """The content of an alert about the days from `first_day` to `day`.

    `report` is the address of the site's first page; if the site has no known address, the page's path in the site.
    `what`, `why` and `to_do` are texts about a failed run or late days; `what` is also the text of a test message.
    """

    kind: Kind
    day: date
    first_day: date
    state: str
    headline: Headline = field(default_factory=Headline)
    warnings: Sequence[tuple[str, str, str]] = ()
    """Check, and its finding in Chinese and English."""
    incidents: Sequence[OpenIncident] = ()
    problems: Problems = field(default_factory=Problems)
    curve: Curve | None = None
    """The curve of the first incident."""
    week: Week | None = None
    report: str = ""
    what: str = ""
    why: str = ""
    to_do: Sequence[str] = field(default_factory=tuple)

    @property
    def is_bad(self) -> bool:
        """Whether the message is about a failed run, late days or a warning, or has an incident that needs action."""
        return self.kind in ("failed", "late", "warning") or any(one.is_alarm for one in self.incidents)

    def title(self, language: Language) -> str:
        """Return the title, one line: the verdict on the day or week, or what failed or is late."""
        first, last = f"{self.first_day:%m-%d}", f"{self.day:%m-%d}"
        days = Bilingual(last, last) if first == last else Bilingual(f"{first} 至 {last}", f"{first} to {last}")
        words = {
            "late": Bilingual("❗{days} 尚未发布", "❗{days} not published yet")
            if self.what
            else Bilingual("❗{days} 没有数据", "❗{days} without data"),
            "failed": Bilingual("❗{days} 运行失败", "❗Run for {days} failed"),
            # Must not be mistaken for a report about a day.
            "test": Bilingual("authmeter：测试消息", "authmeter: test message"),
        }.get(self.kind)
        if words:
            return in_language(words.format(days=days), language)
        if self.week:
            return in_language(week_title(self.week, self.problems), language)
        return in_language(self._verdict(last), language)

    def _verdict(self, day: str) -> Bilingual:
        """Return the verdict on a published day: the first incident if it needs action, else too few records, else
        warnings, else that all open problems are acknowledged, else that all is normal.

        With few days of data, the last verdict is that there is too little data to compare with.
        """
        found = self.problems
        if self.incidents and self.incidents[0].is_alarm:
            one, more = self.incidents[0], found.open - 1
            rest = Bilingual(f"，另有 {more} 项", f", {more} more") if more > 0 else _NO_WORDS
            return Bilingual(f"❗{one.title_zh}{rest.zh}", f"❗{one.title_en}{rest.en}")
        known = found.acknowledged
        noted = Bilingual(f"，{known} 个问题已确认", f", {known} acknowledged") if known else _NO_WORDS
        if self.headline.is_short:
            return Bilingual(f"⚠️ {day} 记录远少于平时{noted.zh}", f"⚠️ {day}: far fewer records than usual{noted.en}")
        # `found.warnings` lacks warnings that no page shows, such as logs that could not be fetched.
        if warnings := sum(check != UNDELIVERED for check, _, _ in self.warnings):
            zh, en = f"有 {warnings} 条告警", f"warnings: {warnings}"
            return Bilingual(f"⚠️ {day} {zh}{noted.zh}", f"⚠️ {day}: {en}{noted.en}")
        if known:
            return Bilingual(f"✅ {day} 没有新问题{noted.zh}", f"✅ {day}: nothing new{noted.en}")
        days = self.headline.days
        if days is not None and days <= _LEAST_DAYS:
            return Bilingual(
                f"{day} 没有发现问题，但只有 {days} 天数据，不足以判断",
                f"{day}: nothing found, but too few days of data to compare with: {days}",
            )
        return Bilingual(f"✅ {day} 一切正常", f"✅ {day}: all is normal")

    def lines(self, language: Language) -> list[Line]:
        """Return the lines below the title."""
        if self.kind == "test":
            return [Line(self.what)]
        lines = [self._report(language), *(Line(text) for text in (self.what, self.why) if text)]
        if self.week:
            return [*lines, *week_lines(self.week, self.problems, self.incidents, language)]
        lines += self._first_incident(language)
        lines += self._open(language)
        lines += self._figures(language)
        if self.incidents and self.incidents[0].is_alarm:
            lines.append(self._how_to_acknowledge(language))
        if self.to_do:
            lines.append(Line(label=_pick(language, "处理", "To do")))
            lines += [Line(text, is_item=True) for text in self.to_do]
        return lines

    def body(self, language: Language) -> str:
        """Return the text below the title, plain."""
        return as_text(self.lines(language), language)

    def as_json(self, language: Language) -> dict[str, object]:
        """Return the message as the alert command gets it: a dictionary, with figures as numbers."""
        figures = {f.metric: asdict(f) for f in self.headline.figures}
        return {
            "kind": self.kind, "day": str(self.day), "first_day": str(self.first_day), "state": self.state,
            "title": self.title(language), "body": self.body(language), "figures": figures,
            "records": self.headline.records, "usual_records": self.headline.usual_records,
            "warnings": [{"check": check, "zh": zh, "en": en} for check, zh, en in self.warnings],
            "incidents": [_incident_json(one, language) for one in self.incidents],
            "problems": self.problems.model_dump(), "report": self.report, "week": self._week_json(),
            "what": self.what, "why": self.why, "to_do": list(self.to_do),
        }  # fmt: skip

    def _week_json(self) -> dict[str, object] | None:
        if not self.week:
            return None
        week = self.week
        return {
            "first": str(week.first), "last": str(week.last), "days": week.days,
            "figures": {one.metric: asdict(one) for one in week.figures},
            "opened": [one.incident_id for one in week.opened], "ended": [one.incident_id for one in week.ended],
        }  # fmt: skip

    def _report(self, language: Language) -> Line:
        """Return a line with a link to the page of the first incident, if it needs action. Otherwise, and in a weekly
        message, the link is to the first page of the site.
        """
        first = self.incidents[0] if self.incidents and self.incidents[0].is_alarm and not self.week else None
        link = (first.url or first.link) if first else self.report
        return Line(label=_pick(language, f"authmeter 报告 {self.day}", f"authmeter report {self.day}"), link=link)

    def _first_incident(self, language: Language) -> Iterator[Line]:
        if not self.incidents or not self.incidents[0].is_alarm:
            return
        one = self.incidents[0]
        if reason := _pick(language, one.reason_zh, one.reason_en):
            yield Line(reason, _pick(language, "原因", "Cause"))
        if loss := _pick(language, one.loss_zh, one.loss_en):
            yield Line(loss, _pick(language, "损失", "Loss"))
        if self.curve and self.curve.is_drawn:
            yield _curve_line(self.curve, self.day, language)
        if one.notes:
            yield Line(printable(one.notes[0]), _pick(language, "备注", "Note"))

    def _open(self, language: Language) -> Iterator[Line]:
        """Yield lines with the number of open problems, the open incidents except the one of `_first_incident`, and
        the warnings.
        """
        if self.kind not in ("daily", "warning", "late") or self.what:
            return
        found = self.problems
        words = in_language(problem_words(found.open, found.to_look_at, found.warnings), language)
        yield Line(words, _pick(language, "合计", "In all"))
        others = self.incidents[1:] if self.incidents and self.incidents[0].is_alarm else self.incidents
        items = [Line(_incident_text(one, language), link=one.url or one.link, is_item=True) for one in others]
        yield from listed(_pick(language, "其他异常", "Also open"), items)
        warnings = [Line(f"{check}: {_pick(language, zh, en)}", is_item=True) for check, zh, en in self.warnings]
        yield from listed(_pick(language, "告警", "Warnings"), warnings)

    def _figures(self, language: Language) -> Iterator[Line]:
        figures, records = self.headline.key_figures, self.headline.records
        if not figures and records is None:
            return
        yield Line(label=_pick(language, "数据（括号内为平时范围）", "Figures (usual range in brackets)"))
        for figure in figures:
            if figure.value is not None:
                yield Line(_figure_text(figure, figure.value, language), is_item=True)
        if records is not None:
            usual = self.headline.usual_records
            share = per_cent(records / usual, 0) if usual else ""
            zh, en = (f"，为平时的 {share}", f", {share} of the usual") if share else ("", "")
            yield Line(_pick(language, f"记录数 {records:,}{zh}", f"Records {records:,}{en}"), is_item=True)

    def _how_to_acknowledge(self, language: Language) -> Line:
        first = self.incidents[0]
        line = in_language(note_line(self.day, first.app_key, first.incident_id), language)
        label = _pick(language, "确认首项异常", "Acknowledge the first")
        return Line(_pick(language, "在 registry/notes.csv 中加入", "add to registry/notes.csv"), label, code=line)


def _pick(language: Language, zh: str, en: str) -> str:
    return zh if language == "zh" else en


def _incident_json(one: OpenIncident, language: Language) -> dict[str, object]:
    return {
        "incident_id": one.incident_id, "text": _incident_text(one, language), "link": one.link, "url": one.url,
        "title": _pick(language, one.title_zh, one.title_en), "cause": _pick(language, one.reason_zh, one.reason_en),
        "loss": _pick(language, one.loss_zh, one.loss_en), "acknowledged": one.acknowledged,
    }  # fmt: skip


def _incident_text(one: OpenIncident, language: Language) -> str:
    text = Bilingual(one.text_zh, one.text_en)
    return in_language(with_note(text, one.notes[0]) if one.notes else text, language)


def _curve_line(curve: Curve, last: date, language: Language) -> Line:
    """Return a line with the curve, which ends on the day `last`, as a bar chart. The label of the line gives the first
    and last day, and the least and the greatest value.
    """
    known = [value for value in curve.values if value is not None]
    low, high = min(known), max(known)
    least, most = (percent_words(one).zh if curve.is_rate else whole(one) for one in (low, high))
    ends = f"{least}–{most}"
    row = blocks(curve.values, low, high)
    start = (curve.first_day - curve.first).days
    label = _pick(
        language, f"走势 {curve.first:%m-%d} 至 {last:%m-%d}（{ends}）", f"{curve.first:%m-%d} to {last:%m-%d} ({ends})"
    )
    return Line(label=label, row=BlockRow(row[:start], row[start:]))


def _figure_text(figure: Figure, value: float, language: Language) -> str:
    """Return a figure with its usual range. If there are too few days for a range, return the figure with its change
    from the same weekday of the week before.
    """
    measure = METRICS[figure.metric]
    is_rate = measure.kind == "rate"
    label = in_language(measure.label, language)
    text = f"{label} {per_cent(value, 2)}" if is_rate else f"{label} {whole(value)}"
    if figure.low is not None and figure.high is not None:
        ends = figure.low, figure.high
        low, high = (per_cent(one, 1) for one in ends) if is_rate else range_ends(*ends)
        place = "below" if value < figure.low else "above" if value > figure.high else ""
        outside = in_language(_PLACES[place], language) if place else ""
        return _pick(language, f"{text}（{low}–{high}）{outside}", f"{text} ({low}–{high}){outside}")
    if figure.change is None:
        return text
    change = change_text(figure.change, is_rate, language)
    return _pick(language, f"{text}（较上周同日 {change}）", f"{text} ({change} on last week)")
