"""Decides which incidents are published.

Falls of rates and volumes, slow falls and short days need a loss of at least `LEAST_LOST`, and levels that differ as
printed. Missing hours and deliveries need a lost record. All other incidents are published.
"""

from typing import Final

from pipelines.contract.measures.counts import SLOW_FALL
from pipelines.incidents.detection.falls import LEAST_LOST
from pipelines.incidents.incident import FURTHER, Incident
from pipelines.incidents.words import level_words

# Contract: missing hours and deliveries that cost no record are not reported.
_NEEDS_LOST_RECORDS: Final = ("hour_shift", "missing_delivery")
_LEAST_RECORDS: Final = 0.5


def is_reportable(one: Incident) -> bool:
    """Return whether an incident becomes a row of the table `incidents`."""
    if one.metric in _NEEDS_LOST_RECORDS:
        return one.lost_total >= _LEAST_RECORDS
    if (one.kind == FURTHER and one.metric != SLOW_FALL) or (one.kind == "data" and one.metric != "short_day"):
        return True
    before, now = level_words(one)
    return one.lost_total >= LEAST_LOST and before != now
