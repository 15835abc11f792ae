"""Sets of measures that are counted, summed and stored together; each measure is declared in `metrics.py`."""

from typing import Final

from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import SOCIAL_CHANNELS

# The additive counts that the roll-up computes.
COUNTS: Final = tuple(name for name, one in METRICS.items() if one.condition)
# Counts of usage that sum a count over some channels, and counts over all channels, in the order of `usage_daily`.
BY_CHANNEL: Final = (
    "number_verifications",
    "one_click_verifications",
    "local_verifications",
    "third_party_authorizations",
    *(f"{channel}_authorizations" for channel in SOCIAL_CHANNELS),
)
TOTALS: Final = ("verification_requests", "billable_verifications")
USAGE: Final = (*BY_CHANNEL, *TOTALS)
# Counts of the login trend. Compared spans have only the two counts of the authorization rate.
LOGIN_RATE: Final = ("authorizations", "authorization_requests")
LOGINS: Final = (*LOGIN_RATE, "authorizations_cancelled")
LOGIN_COUNTS: Final = (*LOGINS, "authorizations_failed")
CHARTED: Final = ("authorizations", "authorizations_failed", "authorizations_cancelled", "verifications")
CARDS: Final = BY_CHANNEL[:4]
# Alerts and pages name the first four counts of usage, the billed count, and sign-ins.
HEADLINE_USAGE: Final = (*CARDS, "billable_verifications")
HEADLINE: Final = (*HEADLINE_USAGE, "authorizations", "authorization_rate")
# Counts of the verification records of an hour, from which billing and reconciliation are computed.
VERIFIED: Final = ("requests", "successes", "mismatches", "unknowns", "uses", "duplicates", "late")
# The rate that measures sign-in quality: cancellations by users do not affect it.
TECHNICAL: Final = "technical_success_rate"
LOGIN_RATES: Final = ("authorization_rate", TECHNICAL)
# Rates whose falls are incidents, and rates whose rises are.
WATCHED: Final = tuple(name for name, one in METRICS.items() if one.watched_in != () and one.better != "lower")
RISING: Final = tuple(name for name, one in METRICS.items() if one.watched_in != () and one.better == "lower")
# The metric of incidents in which the technical success rate fell slowly.
SLOW_FALL: Final = "slow_fall"
# The rate of sessions whose falls are incidents; all others are rates of records.
SIGN_IN: Final = "sign_in_rate"
# The rate that each metric of rate incidents is about.
RATE_OF: Final = {**{name: name for name in (*WATCHED, *RISING)}, SLOW_FALL: TECHNICAL}


def cut_by(*columns: str) -> tuple[str, ...]:
    """Return the names of the measures that can be grouped by all of these columns, besides day and app."""
    return tuple(name for name, one in METRICS.items() if set(columns) <= set(one.dimensions))


def counts_query(relation: str) -> str:
    """Return SQL that adds each count as a column to a relation in which outcomes and platforms are resolved.

    `$billed` lists vendor, channel and outcome of billed records, `$billed_vendors` the vendors with a rule of their
    own. Tables of a day, such as `channel_daily`, are sums of these counts.
    """
    counts = (f"CASE WHEN {METRICS[name].condition} THEN records ELSE 0 END AS {name}" for name in COUNTS)
    return f"SELECT *, {', '.join(counts)} FROM {relation}"
