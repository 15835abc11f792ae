"""The headline counts and technical success of all apps together by day, with what is usual of each day."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pipelines.common.days import window
from pipelines.contract.measures.counts import CARDS, TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.contract.record.fields import ALL_APPS
from reports.content.context import Day
from reports.content.figures.norms import REFERENCE_DAYS, DayNorm, IncidentDays, Observed, norms_of
from reports.content.published import LONG_DAYS, PublishedTables

WHOLE_FIGURES: Final = (TECHNICAL, *CARDS)


def whole_norms(
    marts: PublishedTables, quality: Mapping[date, Day], incident_days: IncidentDays
) -> dict[str, list[DayNorm]]:
    """Return the last 90 days of each figure in `WHOLE_FIGURES`, oldest first; `value` is None on days without data."""
    days = list(window(marts.publication.as_of, LONG_DAYS + REFERENCE_DAYS))
    totals = {row[0]: row[1 : len(CARDS) + 1] for row in marts.rows("days/day_totals", days=days)}
    logins = {row[0]: row[2:5] for row in marts.rows("days/day_channels", days=days) if row[1] == ALL_APPS}

    def observed(name: str, day: date) -> Observed:
        value: float | None = None
        requests: int | None = None
        has_data = day in quality and quality[day].state == "complete"
        if name == TECHNICAL:
            won, asked, cancelled = logins.get(day, (0, 0, 0))
            requests = asked - cancelled if has_data else 0
            value = won / requests if requests else None
        elif has_data:
            value = totals[day][CARDS.index(name)] or 0
        channels = LOGIN_CHANNELS if name == TECHNICAL else METRICS[name].channels
        is_holiday = day in quality and quality[day].is_holiday
        counts = not incident_days.has(ALL_APPS, channels, day)
        return Observed(name, day, value, requests, counts, name == TECHNICAL or not is_holiday)

    return norms_of((observed(name, day) for name in WHOLE_FIGURES for day in days), LONG_DAYS)
