"""The counts that add up, as the roll-up computes them: each metric of `metrics.py` that has a condition."""

from typing import Final

from pipelines.contract.measures.metrics import METRICS

COUNTS: Final = tuple(name for name, metric in METRICS.items() if metric.condition)


def counts_query(relation: str) -> str:
    """SQL that gives each row of what was resolved its counts; `$billed` are vendor, channel and outcome of what
    is billed, `$billed_vendors` the vendors with a rule of their own.

    All tables of a day are sums of these.
    """
    counts = (f"CASE WHEN {METRICS[name].condition} THEN records ELSE 0 END AS {name}" for name in COUNTS)
    return f"SELECT *, {', '.join(counts)} FROM {relation}"
