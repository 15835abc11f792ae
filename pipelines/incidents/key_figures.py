"""The five figures that the briefing and the morning message begin with, as the usual range takes them.

Here: which figures these are, and which of their days are a reference. What is usual of a day is in `norms.py`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from pipelines.contract.measures.counts import CARDS, TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.incidents.incident import ALL
from pipelines.incidents.norms import IncidentDays, Observed

KEY_FIGURES: Final = (TECHNICAL, *CARDS)
# The counts of all apps together that these are made of.
COUNTED: Final = ("authorizations", "technical_requests", *CARDS)

Counts = Mapping[str, int | None]
"""Each of `COUNTED` on one day; None on a day without data."""


def key_observations(
    days: Mapping[date, Counts], incident_days: IncidentDays, holidays: Collection[date]
) -> Iterator[Observed]:
    """Yield each figure on each day, for `norms_of`.

    A day of an incident of all apps together is no reference; on a holiday a count has no norm.

    Args:
        days: every day in turn, also those without data.
    """
    for name in KEY_FIGURES:
        for day, counts in days.items():
            is_struck = incident_days.has(ALL, _channels(name), day)
            yield Observed(name, day, *_value(name, counts), not is_struck, name == TECHNICAL or day not in holidays)


def _channels(name: str) -> tuple[str, ...]:
    return LOGIN_CHANNELS if name == TECHNICAL else METRICS[name].channels


def _value(name: str, counts: Counts) -> tuple[float | None, int | None]:
    """Value and requests of a figure on a day; a count has no requests."""
    if name != TECHNICAL:
        return counts[name], None
    won, requests = counts["authorizations"], counts["technical_requests"]
    return (won / requests if won is not None and requests else None), requests or 0
