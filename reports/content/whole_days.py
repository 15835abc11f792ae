"""Computes the key figures of all apps together by day, with each day's usual range."""

from datetime import date

from pipelines.common.days import window
from pipelines.contract.measures.counts import CARDS
from pipelines.contract.record.fields import ALL_APPS
from pipelines.incidents.key_figures import COUNTED, key_observations
from pipelines.incidents.norms import REFERENCE_DAYS, DayNorm, IncidentDays, norms_of
from reports.content.context import Quality
from reports.content.published import LONG_DAYS, PublishedTables


def whole_norms(marts: PublishedTables, quality: Quality, incident_days: IncidentDays) -> dict[str, list[DayNorm]]:
    """Return the last 90 days of each key figure, oldest first; `value` is None on days without data."""
    days = list(window(marts.publication.as_of, LONG_DAYS + REFERENCE_DAYS))
    totals = {row[0]: row[1 : len(CARDS) + 1] for row in marts.rows("days/day_totals", days=days)}
    logins = {row[0]: row[2:5] for row in marts.rows("days/day_channels", days=days) if row[1] == ALL_APPS}

    def counts(day: date) -> dict[str, int | None]:
        if day not in quality.with_data:
            return dict.fromkeys(COUNTED)
        won, requests, cancelled = logins.get(day, (0, 0, 0))
        found = (won, requests - cancelled, *(count or 0 for count in totals[day]))
        return dict(zip(COUNTED, found, strict=True))

    observed = key_observations({day: counts(day) for day in days}, incident_days, quality.holidays)
    return norms_of(observed, LONG_DAYS)
