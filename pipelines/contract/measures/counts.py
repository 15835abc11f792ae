"""The counts that add up, as the roll-up computes them: each metric of `metrics.py` that has a condition."""

from typing import Final

from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import SOCIAL_CHANNELS

COUNTS: Final = tuple(name for name, metric in METRICS.items() if metric.condition)
# Counts of usage that sum a count over some channels, and those over all, in the order of `usage_daily`.
BY_CHANNEL: Final = (
    "number_verifications",
    "one_click_verifications",
    "local_verifications",
    "third_party_authorizations",
    *(f"{channel}_authorizations" for channel in SOCIAL_CHANNELS),
)
TOTALS: Final = ("verification_requests", "billable_verifications")
USAGE: Final = (*BY_CHANNEL, *TOTALS)


def counts_query(relation: str) -> str:
    """SQL that gives each row of what was resolved its counts; `$billed` are vendor, channel and outcome of what
    is billed, `$billed_vendors` the vendors with a rule of their own.

    All tables of a day are sums of these.
    """
    counts = (f"CASE WHEN {METRICS[name].condition} THEN records ELSE 0 END AS {name}" for name in COUNTS)
    return f"SELECT *, {', '.join(counts)} FROM {relation}"
