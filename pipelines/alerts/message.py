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
from pipelines.alerts.lines import BlockRow, Line, change_text, listed
from pipelines.alerts.week import Week
from pipelines.alerts.week_message import week_lines, week_title
from pipelines.common.text import NO_TEXT, Bilingual, Language, per_cent, printable, range_ends, same, whole
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.status import UNDELIVERED, OpenIncident, Problems, Warned
from pipelines.incidents.acknowledging import note_line
from pipelines.incidents.cause_words import percent_words
from pipelines.incidents.words import problem_words, with_note

Kind = Literal["failed", "late", "warning", "daily", "weekly", "test"]

# With at most this many days of data, no incident can be detected.
_LEAST_DAYS: Final = 7
_PLACES: Final = {
    "": NO_TEXT,
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
    warnings: Sequence[Warned] = ()
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

    @property
    def title(self) -> Bilingual:
        """Return the title, one line: the verdict on the day or week, or what failed or is late."""
        first, last = f"{self.first_day:%m-%d}", f"{self.day:%m-%d}"
        days = same(last) if first == last else Bilingual(f"{first} 至 {last}", f"{first} to {last}")
        words = {
            "late": Bilingual("❗{days} 尚未发布", "❗{days} not published yet")
            if self.what
            else Bilingual("❗{days} 没有数据", "❗{days} without data"),
            "failed": Bilingual("❗{days} 运行失败", "❗Run for {days} failed"),
            # Must not be mistaken for a report about a day.
            "test": Bilingual("authmeter：测试消息", "authmeter: test message"),
        }.get(self.kind)
        if words:
            return words.format(days=days)
        return week_title(self.week, self.problems) if self.week else self._verdict(last)

    def _verdict(self, day: str) -> Bilingual:
        """Return the verdict on a published day: the first incident if it needs action, else too few records, else
        warnings, else that all open problems are acknowledged, else that all is normal.

        With few days of data, the last verdict is that there is too little data to compare with.
        """
        found = self.problems
        if self.incidents and self.incidents[0].is_alarm:
            one, more = self.incidents[0], found.open - 1
            rest = Bilingual(f"，另有 {more} 项", f", {more} more") if more > 0 else NO_TEXT
            return same("❗{title}{rest}").format(title=one.title, rest=rest)
        known = found.acknowledged
        noted = Bilingual(f"，{known} 个问题已确认", f", {known} acknowledged") if known else NO_TEXT
        if self.headline.is_short:
            return Bilingual(f"⚠️ {day} 记录远少于平时{noted.zh}", f"⚠️ {day}: far fewer records than usual{noted.en}")
        # `found.warnings` lacks warnings that no page shows, such as logs that could not be fetched.
        if warnings := sum(one.check != UNDELIVERED for one in self.warnings):
            zh, en = f"有 {warnings} 条告警", f"warnings: {warnings}"
            return Bilingual(f"⚠️ {day} {zh}{noted.zh}", f"⚠️ {day}: {en}{noted.en}")
        if known:
            return Bilingual(f"✅ {day} 没有新问题{noted.zh}", f"✅ {day}: nothing new{noted.en}")
        days = self.headline.days
        if days is not None and days <= _LEAST_DAYS:
            few = "1 day of data is" if days == 1 else f"{days} days of data are"
            return Bilingual(
                f"{day} 没有发现问题，但只有 {days} 天数据，不足以判断",
                f"{day}: nothing found, but {few} too few to compare with",
            )
        return Bilingual(f"✅ {day} 一切正常", f"✅ {day}: all is normal")

    @property
    def lines(self) -> list[Line]:
        """Return the lines below the title."""
        if self.kind == "test":
            return [Line(same(self.what))]
        lines = [self._report(), *(Line(same(text)) for text in (self.what, self.why) if text)]
        if self.week:
            return [*lines, *week_lines(self.week, self.problems, self.incidents)]
        lines += self._first_incident()
        lines += self._open()
        lines += self._figures()
        if self.incidents and self.incidents[0].is_alarm:
            lines.append(self._how_to_acknowledge())
        if self.to_do:
            lines.append(Line(label=Bilingual("处理", "To do")))
            lines += [Line(same(text), is_item=True) for text in self.to_do]
        return lines

    def body(self, language: Language) -> str:
        """Return the text below the title, plain."""
        return as_text(self.lines, language)

    def as_json(self, language: Language) -> dict[str, object]:
        """Return the message as the alert command gets it: a dictionary, with figures as numbers."""
        figures = {f.metric: asdict(f) for f in self.headline.figures}
        return {
            "kind": self.kind, "day": str(self.day), "first_day": str(self.first_day), "state": self.state,
            "title": self.title.of(language), "body": self.body(language), "figures": figures,
            "records": self.headline.records, "usual_records": self.headline.usual_records,
            "warnings": [{"check": one.check, **one.detail.by_language} for one in self.warnings],
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

    def _report(self) -> Line:
        """Return a line with a link to the page of the first incident, if it needs action. Otherwise, and in a weekly
        message, the link is to the first page of the site.
        """
        first = self.incidents[0] if self.incidents and self.incidents[0].is_alarm and not self.week else None
        link = (first.url or first.link) if first else self.report
        return Line(label=Bilingual(f"authmeter 报告 {self.day}", f"authmeter report {self.day}"), link=link)

    def _first_incident(self) -> Iterator[Line]:
        if not self.incidents or not self.incidents[0].is_alarm:
            return
        one = self.incidents[0]
        if one.reason != NO_TEXT:
            yield Line(one.reason, Bilingual("原因", "Cause"))
        if one.loss != NO_TEXT:
            yield Line(one.loss, Bilingual("损失", "Loss"))
        if self.curve and self.curve.is_drawn:
            yield _curve_line(self.curve, self.day)
        if one.notes:
            yield Line(same(printable(one.notes[0])), Bilingual("备注", "Note"))

    def _open(self) -> Iterator[Line]:
        """Yield lines with the number of open problems, open incidents except the first one, and warnings."""
        if self.kind not in ("daily", "warning", "late") or self.what:
            return
        found = self.problems
        words = problem_words(found.open, found.to_look_at, found.warnings)
        yield Line(words, Bilingual("合计", "In all"))
        others = self.incidents[1:] if self.incidents and self.incidents[0].is_alarm else self.incidents
        items = [Line(_incident_text(one), link=one.url or one.link, is_item=True) for one in others]
        yield from listed(Bilingual("其他异常", "Also open"), items)
        warnings = [Line(same(": ").join((same(one.check), one.detail)), is_item=True) for one in self.warnings]
        yield from listed(Bilingual("告警", "Warnings"), warnings)

    def _figures(self) -> Iterator[Line]:
        figures, records = self.headline.key_figures, self.headline.records
        if not figures and records is None:
            return
        yield Line(label=Bilingual("数据（括号内为平时范围）", "Figures (usual range in brackets)"))
        for figure in figures:
            if figure.value is not None:
                yield Line(_figure_text(figure, figure.value), is_item=True)
        if records is not None:
            usual = self.headline.usual_records
            share = per_cent(records / usual, 0) if usual else ""
            zh, en = (f"，为平时的 {share}", f", {share} of the usual") if share else ("", "")
            yield Line(Bilingual(f"记录数 {records:,}{zh}", f"Records {records:,}{en}"), is_item=True)

    def _how_to_acknowledge(self) -> Line:
        first = self.incidents[0]
        line = note_line(self.day, first.app_key, first.incident_id)
        label = Bilingual("确认首项异常", "Acknowledge the first")
        return Line(Bilingual("在 registry/notes.csv 中加入", "add to registry/notes.csv"), label, code=line)


def _incident_json(one: OpenIncident, language: Language) -> dict[str, object]:
    return {
        "incident_id": one.incident_id, "text": _incident_text(one).of(language), "link": one.link, "url": one.url,
        "title": one.title.of(language), "cause": one.reason.of(language),
        "loss": one.loss.of(language), "acknowledged": one.acknowledged,
    }  # fmt: skip


def _incident_text(one: OpenIncident) -> Bilingual:
    return with_note(one.text, one.notes[0]) if one.notes else one.text


def _curve_line(curve: Curve, last: date) -> Line:
    """Return a line with the curve, which ends on the day `last`, as a bar chart. The label of the line gives the first
    and last day, and the least and the greatest value.
    """
    known = [value for value in curve.values if value is not None]
    low, high = min(known), max(known)
    least, most = (percent_words(one).zh if curve.is_rate else whole(one) for one in (low, high))
    ends = f"{least}–{most}"
    row = blocks(curve.values, low, high)
    start = (curve.first_day - curve.first).days
    label = Bilingual(
        f"走势 {curve.first:%m-%d} 至 {last:%m-%d}（{ends}）", f"{curve.first:%m-%d} to {last:%m-%d} ({ends})"
    )
    return Line(label=label, row=BlockRow(row[:start], row[start:]))


def _figure_text(figure: Figure, value: float) -> Bilingual:
    """Return a figure with its usual range. If there are too few days for a range, return the figure with its change
    from the same weekday of the week before.
    """
    measure = METRICS[figure.metric]
    is_rate = measure.kind == "rate"
    words: dict[str, Bilingual | str] = {
        "label": measure.label,
        "value": per_cent(value, 2) if is_rate else whole(value),
    }
    if figure.low is not None and figure.high is not None:
        ends = figure.low, figure.high
        low, high = (per_cent(one, 1) for one in ends) if is_rate else range_ends(*ends)
        place = "below" if value < figure.low else "above" if value > figure.high else ""
        text = Bilingual("{label} {value}（{low}–{high}）{outside}", "{label} {value} ({low}–{high}){outside}")
        return text.format(**words, low=low, high=high, outside=_PLACES[place])
    if figure.change is None:
        return same("{label} {value}").format(**words)
    text = Bilingual("{label} {value}（较上周同日 {change}）", "{label} {value} ({change} on last week)")
    return text.format(**words, change=change_text(figure.change, is_rate))
