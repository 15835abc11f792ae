"""Decides which incidents are published.

Falls of rates and volumes, slow falls and short days need a loss of at least `LEAST_LOST`, and levels that differ as
printed. Missing hours and deliveries need a lost record. All other incidents are published.
"""

from typing import Final

from pipelines.contract.measures.counts import SLOW_FALL
from pipelines.incidents.data_metrics import DATA_METRICS, SHORT_DAY
from pipelines.incidents.detection.falls import LEAST_LOST
from pipelines.incidents.incident import FURTHER, Incident
from pipelines.incidents.words import level_words

_LEAST_RECORDS: Final = 0.5


def is_reportable(one: Incident) -> bool:
    """Return whether an incident becomes a row of the table `incidents`."""
    if one.kind == "data" and DATA_METRICS[one.metric].is_undelivered:
        return one.lost_total >= _LEAST_RECORDS
    if (one.kind == FURTHER and one.metric != SLOW_FALL) or (one.kind == "data" and one.metric != SHORT_DAY):
        return True
    before, now = level_words(one)
    return one.lost_total >= LEAST_LOST and before != now
