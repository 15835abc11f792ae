"""The words of the weekly message; the figures and incidents are in `week.py`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipelines.alerts.lines import Language, Line, change_text, in_language, listed
from pipelines.alerts.week import Week, WeekFigure
from pipelines.common.text import Bilingual, counted, per_cent, printable, whole, yuan
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
    return Bilingual(
        f"{mark}{first} 至 {last} 一周：{'，'.join(one.zh for one in found)}",
        f"{mark}Week {first} to {last}: {', '.join(one.en for one in found)}",
    )


def week_lines(
    week: Week, problems: Problems, still_open: Sequence[OpenIncident], language: Language
) -> Iterator[Line]:
    """Yield the lines of a weekly message after the link to the report; `still_open` are the incidents open now."""
    is_zh = language == "zh"
    words = in_language(problem_words(problems.open, problems.to_look_at, problems.warnings), language)
    yield Line(words, "合计" if is_zh else "In all")
    yield Line(label="本周数据" if is_zh else "Figures of the week")
    if week.days < _WEEK:
        days = week.days
        yield Line(
            f"只有 {days} 天有数据" if is_zh else f"Only {days} of 7 days {'has' if days == 1 else 'have'} data",
            is_item=True,
        )
    for figure in week.figures:
        if figure.value is not None:
            yield Line(_figure_text(figure, figure.value, language), is_item=True)
    began = [Line(in_language(one.text, language), is_item=True) for one in week.opened]
    known = {one.incident_id for one in week.opened}
    earlier = [
        Line(one.text_zh if is_zh else one.text_en, link=one.url or one.link, is_item=True)
        for one in still_open
        if one.incident_id not in known
    ]
    yield from listed("新发生" if is_zh else "Began", began)
    yield from listed("仍在发生" if is_zh else "Still open", earlier)
    yield from listed(
        "已结束" if is_zh else "Ended", [Line(in_language(one.text, language), is_item=True) for one in week.ended]
    )
    yield from listed("资源包" if is_zh else "Resource packages", [_package(one, is_zh) for one in week.packages])
    if week.bills:
        month = f"{week.bills[0]['month']:%Y-%m}"
        yield from listed(f"{month} 账单" if is_zh else f"Bill of {month}", [_bill(one, is_zh) for one in week.bills])


def _figure_text(figure: WeekFigure, value: float, language: Language) -> str:
    """Return a figure of the week, with the change on the week before and the usual value."""
    measure, is_zh = METRICS[figure.metric], language == "zh"
    is_rate = measure.kind == "rate"

    def written(number: float) -> str:
        return per_cent(number, 2) if is_rate else whole(number)

    parts = []
    if figure.change is not None:
        change = change_text(figure.change, is_rate, language)
        matched = figure.matched_days
        days = "" if matched == _WEEK else f"（{matched} 天）" if is_zh else f" over {counted(matched, 'day')}"
        parts.append(f"较上周 {change}{days}" if is_zh else f"{change} on the week before{days}")
    if figure.usual is not None:
        parts.append(f"平时 {written(figure.usual)}" if is_zh else f"usually {written(figure.usual)}")
    joined = ("，" if is_zh else ", ").join(parts)
    text = f"{in_language(measure.label, language)} {written(value)}"
    return text if not parts else f"{text}（{joined}）" if is_zh else f"{text} ({joined})"


def _package(one: Mapping[str, Any], is_zh: bool) -> Line:
    left, of = f"{'≤ ' if one['is_upper_bound'] else ''}{one['remaining']:,}", f"{one['quantity']:,}"
    text = f"剩余 {left} / {of}" if is_zh else f"{left} of {of} left"
    if one["run_out_day"]:
        text += f"，预计 {one['run_out_day']} 用完" if is_zh else f", run out on {one['run_out_day']}"
    if one["buy_by"]:
        text += f"，最迟 {one['buy_by']} 购买" if is_zh else f", buy by {one['buy_by']}"
    return Line(f"{printable(one['account_id'])}{'：' if is_zh else ': '}{text}", is_item=True)


def _bill(one: Mapping[str, Any], is_zh: bool) -> Line:
    difference = f"{one['bill'] - one['log']:+,}" if one["log"] is not None else ""
    text = f"{one['bill']:,}"
    if difference:
        text += f"，与日志相差 {difference}" if is_zh else f", {difference} against the log"
    if one["amount"] is not None:
        text += f"，金额 {yuan(one['amount'])}" if is_zh else f", amount {yuan(one['amount'])}"
    return Line(f"{printable(one['account_id'])}{'：' if is_zh else ': '}{text}", is_item=True)
