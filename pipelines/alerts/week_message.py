"""The words of the weekly message; the figures and incidents are in `week.py`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pipelines.alerts.lines import Line, change_text, listed
from pipelines.alerts.week import Week, WeekFigure
from pipelines.common.text import COMMA, NO_TEXT, Bilingual, counted, per_cent, printable, same, whole, yuan
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.status import OpenIncident, Problems
from pipelines.incidents.words import problem_words

_WEEK: Final = 7


def week_title(week: Week, problems: Problems) -> Bilingual:
    """Return the verdict on a week: how many incidents began, ended, and are open."""
    first, last = f"{week.first:%m-%d}", f"{week.last:%m-%d}"
    opened, ended, still = len(week.opened), len(week.ended), problems.open
    is_bad = opened or still > problems.acknowledged
    found = [
        words
        for number, words in (
            (opened, Bilingual(f"新发生 {opened} 项", f"{opened} began")),
            (ended, Bilingual(f"结束 {ended} 项", f"{ended} ended")),
            (still, Bilingual(f"{still} 项正在发生", f"{still} open")),
        )
        if number
    ] or [Bilingual("一切正常", "all is normal")]
    mark = "❗" if is_bad else "✅ "
    text = Bilingual("{mark}{first} 至 {last} 一周：{found}", "{mark}Week {first} to {last}: {found}")
    return text.format(mark=mark, first=first, last=last, found=COMMA.join(found))


def week_lines(week: Week, problems: Problems, still_open: Sequence[OpenIncident]) -> Iterator[Line]:
    """Yield the lines of a weekly message after the link to the report; `still_open` are the incidents open now."""
    words = problem_words(problems.open, problems.to_look_at, problems.warnings)
    yield Line(words, Bilingual("合计", "In all"))
    yield Line(label=Bilingual("本周数据", "Figures of the week"))
    if week.days < _WEEK:
        days = week.days
        text = Bilingual(f"只有 {days} 天有数据", f"Only {days} of 7 days {'has' if days == 1 else 'have'} data")
        yield Line(text, is_item=True)
    for figure in week.figures:
        if figure.value is not None:
            yield Line(_figure_text(figure, figure.value), is_item=True)
    known = {one.incident_id for one in week.opened}
    earlier = [
        Line(one.text, link=one.url or one.link, is_item=True) for one in still_open if one.incident_id not in known
    ]
    yield from listed(Bilingual("新发生", "Began"), [Line(one.text, is_item=True) for one in week.opened])
    yield from listed(Bilingual("仍在发生", "Still open"), earlier)
    yield from listed(Bilingual("已结束", "Ended"), [Line(one.text, is_item=True) for one in week.ended])
    yield from listed(Bilingual("资源包", "Resource packages"), [_package(one) for one in week.packages])
    if week.bills:
        month = f"{week.bills[0]['month']:%Y-%m}"
        yield from listed(Bilingual(f"{month} 账单", f"Bill of {month}"), [_bill(one) for one in week.bills])


def _figure_text(figure: WeekFigure, value: float) -> Bilingual:
    """Return a figure of the week, with the change on the week before and the usual value."""
    measure = METRICS[figure.metric]
    is_rate = measure.kind == "rate"

    def written(number: float) -> str:
        return per_cent(number, 2) if is_rate else whole(number)

    parts = []
    if figure.change is not None:
        matched = figure.matched_days
        days = Bilingual(f"（{matched} 天）", f" over {counted(matched, 'day')}") if matched != _WEEK else NO_TEXT
        text = Bilingual("较上周 {change}{days}", "{change} on the week before{days}")
        parts.append(text.format(change=change_text(figure.change, is_rate), days=days))
    if figure.usual is not None:
        parts.append(Bilingual(f"平时 {written(figure.usual)}", f"usually {written(figure.usual)}"))
    text = Bilingual("{label} {value}（{parts}）", "{label} {value} ({parts})") if parts else same("{label} {value}")
    return text.format(label=measure.label, value=written(value), parts=COMMA.join(parts))


def _package(one: Mapping[str, Any]) -> Line:
    left, of = f"{'≤ ' if one['is_upper_bound'] else ''}{one['remaining']:,}", f"{one['quantity']:,}"
    parts = [Bilingual(f"剩余 {left} / {of}", f"{left} of {of} left")]
    if one["run_out_day"]:
        parts.append(Bilingual(f"预计 {one['run_out_day']} 用完", f"run out on {one['run_out_day']}"))
    if one["buy_by"]:
        parts.append(Bilingual(f"最迟 {one['buy_by']} 购买", f"buy by {one['buy_by']}"))
    return _of_account(one, parts)


def _bill(one: Mapping[str, Any]) -> Line:
    parts = [same(f"{one['bill']:,}")]
    if one["log"] is not None:
        difference = f"{one['bill'] - one['log']:+,}"
        parts.append(Bilingual(f"与日志相差 {difference}", f"{difference} against the log"))
    if one["amount"] is not None:
        parts.append(Bilingual(f"金额 {yuan(one['amount'])}", f"amount {yuan(one['amount'])}"))
    return _of_account(one, parts)


def _of_account(one: Mapping[str, Any], parts: Iterable[Bilingual]) -> Line:
    text = Bilingual("{account}：{parts}", "{account}: {parts}")
    return Line(text.format(account=printable(one["account_id"]), parts=COMMA.join(parts)), is_item=True)
