"""Computes `channel_daily` from `outcome_daily`. The definitions of the counts share no code with the product."""

import polars as pl

_ASKED = pl.col("stage").is_in(["authorize", "login"])
_CHECKED = pl.col("stage").is_in(["verify", "login"]) & pl.col("channel").is_in(["one_click", "local_verify"])
_GOOD = pl.col("outcome") == "success"
_LEFT = pl.col("outcome").is_in(["cancelled", "switched"])
_MISMATCH = pl.col("outcome") == "mismatch"

COUNTS = {
    "authorization_requests": _ASKED,
    "authorizations": _ASKED & _GOOD,
    "authorizations_cancelled": _ASKED & _LEFT,
    "authorizations_failed": _ASKED & ~_GOOD & ~_LEFT,
    "verification_requests": _CHECKED,
    "verifications": _CHECKED & (_GOOD | _MISMATCH),
    "mismatches": _CHECKED & _MISMATCH,
    "unknowns": _CHECKED & (pl.col("outcome") == "unknown"),
    "billable_verifications": _CHECKED & (_GOOD | (_MISMATCH & (pl.col("channel") == "local_verify"))),
}

# Requests and successes of each rate, as filters of rows.
RATES = {
    "technical_success_rate": (_ASKED & ~_LEFT, _ASKED & _GOOD),
    "verification_result_rate": (_CHECKED, _CHECKED & (_GOOD | _MISMATCH)),
}


def channel_daily(outcome_daily: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `channel_daily` with the counts that can be summed."""
    small = outcome_daily.group_by("day", "app_key", "channel", "stage", "outcome").agg(pl.col("records").sum())
    counts = [pl.col("records").filter(condition).sum().alias(name) for name, condition in COUNTS.items()]
    return small.group_by("day", "app_key", "channel").agg(counts).sort("day", "app_key", "channel")


Subject = tuple[str, str, str]
"""Metric, app (`*`: all) and channel (`*`: the volume of an app)."""
