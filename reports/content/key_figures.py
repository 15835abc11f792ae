"""The key figures of the briefing: technical success and the four counts, with what is usual of each.

Lives here: their values over the day and the windows, and whether the day's is within the usual range. Does not belong
here: what is usual (`norms.py`), when a change is grey (`static/js/data/norms.js`), markup (`pages/index.html.jinja`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.common.days import window
from pipelines.contract.measures.counts import CARDS, TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.contract.record.fields import ALL_APPS
from reports.content.context import Day
from reports.content.drawings import Course
from reports.content.figures.norms import REFERENCE_DAYS, IncidentDays, Observed, Usual, course_of, norms_of, usual_of
from reports.content.published import DAYS, PublishedTables

_COLUMNS: Final = ("authorizations", "technical_requests", *CARDS)
# Over these spans a figure stands beside its day.
SPANS: Final = ("7", "30")


@dataclass(frozen=True)
class Span:
    """A figure over a period; `matched` and `base` are those of the days that are compared, with the `requests` of a
    share; `is_neutral`: the change between them is neither good nor bad."""

    period: str
    value: float | None
    matched: float | None
    base: float | None
    requests: tuple[int, int] | None
    is_neutral: bool


@dataclass(frozen=True)
class KeyFigure:
    """A figure: its spans, the day first, what is usual on that day, how far its days lie from each other (None: not
    known), and its 30 days."""

    metric: str
    is_share: bool
    spans: tuple[Span, ...]
    usual: Usual
    swing: float | None
    course: Course


def key_figures(marts: PublishedTables, quality: Mapping[date, Day], incident_days: IncidentDays) -> list[KeyFigure]:
    """Technical success first, then the counts of a console's front page."""
    days = _counts(marts, quality)
    periods: dict[tuple[str, bool], list[date]] = defaultdict(list)
    matched: dict[tuple[str, bool], list[date]] = defaultdict(list)
    for period, is_base, day, is_matched in marts.rows("compared_days"):
        periods[period, is_base].append(day)
        if is_matched:
            matched[period, is_base].append(day)
    names = (TECHNICAL, *CARDS)
    norms = norms_of(
        (
            Observed(
                name,
                day,
                *_of_day(name, found),
                not incident_days.has(ALL_APPS, _channels_of(name), day),
                name == TECHNICAL or day not in quality or not quality[day].is_holiday,
            )
            for name in names
            for day, found in days.items()
        ),
        DAYS,
    )
    figures = []
    for name in names:
        sums, month = _Sums(name, days), norms[name]
        usual = usual_of(month[-1])
        # The day itself is judged by its usual range: a rise is no good news of what lies below it.
        side = {"below": -1, "above": 1}.get(usual.place, 0)
        spans = []
        for period in ("day", *SPANS):
            now, then = (sums.over(matched[period, is_base]) for is_base in (False, True))
            requests = (sums.requests(matched[period, False]), sums.requests(matched[period, True]))
            spans.append(
                Span(
                    period,
                    sums.over(periods[period, False]),
                    now,
                    then,
                    requests if name == TECHNICAL else None,
                    usual.usual is None or (period == "day" and side * ((now or 0) - (then or 0)) <= 0),
                )
            )
        figures.append(KeyFigure(name, name == TECHNICAL, tuple(spans), usual, month[-1].swing, course_of(month)))
    return figures


def _channels_of(name: str) -> tuple[str, ...]:
    return LOGIN_CHANNELS if name == TECHNICAL else METRICS[name].channels


def _counts(marts: PublishedTables, quality: Mapping[date, Day]) -> dict[date, dict[str, int | None]]:
    """What the figures are made of, on the 30 days and those that are their reference; None on a day without data."""
    days = list(window(marts.publication.as_of, DAYS + REFERENCE_DAYS))
    totals = {row[0]: row[1:] for row in marts.rows("days/day_totals", days=days)}
    logins = {row[0]: row[2:5] for row in marts.rows("days/day_channels", days=days) if row[1] == ALL_APPS}
    found: dict[date, dict[str, int | None]] = {}
    for day in days:
        won, requests, cancelled = logins.get(day, (0, 0, 0))
        counts = (won, requests - cancelled, *(count or 0 for count in totals[day][: len(CARDS)]))
        has_data = day in quality and quality[day].state == "complete"
        found[day] = dict(zip(_COLUMNS, counts if has_data else [None] * len(counts), strict=True))
    return found


def _of_day(name: str, found: Mapping[str, int | None]) -> tuple[float | None, int | None]:
    """Value and requests of a figure on a day; a count has no requests."""
    if name != TECHNICAL:
        return found[name], None
    won, requests = found["authorizations"], found["technical_requests"]
    return (won / requests if won is not None and requests else None), requests or 0


class _Sums:
    """One figure over some days: a sum, or a sum over a sum."""

    def __init__(self, name: str, days: Mapping[date, Mapping[str, int | None]]) -> None:
        self._columns = ("authorizations", "technical_requests") if name == TECHNICAL else (name,)
        self._days = days

    def over(self, days: Collection[date]) -> float | None:
        """None where no day has data, or nothing to divide by."""
        known = [self._days[day] for day in days if self._days[day][self._columns[0]] is not None]
        if not known:
            return None
        sums = [sum(one[column] or 0 for one in known) for column in self._columns]
        if len(sums) == 1:
            return sums[0]
        return sums[0] / sums[1] if sums[1] else None

    def requests(self, days: Collection[date]) -> int:
        """What the sum of these days is divided by, or the sum itself."""
        return sum(self._days[day][self._columns[-1]] or 0 for day in days)
