"""The five figures at the top of the briefing and of the daily message, as input of `norms.py`.

Defines the figures and the days that count as reference for their usual range.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from pipelines.contract.measures.counts import CARDS, TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.incidents.incident import ALL
from pipelines.incidents.usual.norms import DayValue, IncidentDays

KEY_FIGURES: Final = (TECHNICAL, *CARDS)
# Counts of all apps together, from which the figures are computed.
COUNTED: Final = ("authorizations", "technical_requests", *CARDS)

Counts = Mapping[str, int | None]
"""Each of `COUNTED` on one day; None on a day without data."""


def key_observations(
    days: Mapping[date, Counts], incident_days: IncidentDays, holidays: Collection[date]
) -> Iterator[DayValue]:
    """Yield each figure on each day, for `norms_of`.

    Days of an incident of all apps together do not count for the usual range of later days; on holidays a count has no
    norm.

    Args:
        days: all days in order, also days without data.
    """
    for name in KEY_FIGURES:
        for day, counts in days.items():
            has_incident = incident_days.has(ALL, _channels(name), day)
            yield DayValue(name, day, *_value(name, counts), not has_incident, name == TECHNICAL or day not in holidays)


def _channels(name: str) -> tuple[str, ...]:
    return LOGIN_CHANNELS if name == TECHNICAL else METRICS[name].channels


def _value(name: str, counts: Counts) -> tuple[float | None, int | None]:
    """Return value and denominator (requests) of a figure on a day; a figure that is a count has no denominator."""
    if name != TECHNICAL:
        return counts[name], None
    won, requests = counts["authorizations"], counts["technical_requests"]
    return (won / requests if won is not None and requests else None), requests or 0
