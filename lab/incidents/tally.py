"""Computes `channel_daily` from `outcome_daily`, and from it the daily requests and successes of each subject."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lab.incidents.days import Days, Flags, Floats
from lab.incidents.faults import ALL

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
LOGIN_CHANNELS = ("one_click", "wechat", "qq", "weibo")
NUMBER_CHANNELS = ("one_click", "local_verify")

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


@dataclass(frozen=True)
class Series:
    """Requests and successes of a subject by day. For a volume, both arrays are its requests."""

    requests: Floats
    successes: Floats

    def level(self, days: Flags) -> float:
        """Return the success rate over the marked days; not a number if they have no requests."""
        requests = self.requests[days].sum()
        return float(self.successes[days].sum() / requests) if requests else float("nan")


Subject = tuple[str, str, str]
"""Metric, app (`*`: all) and channel (`*`: the volume of an app)."""


def all_series(counts: pl.DataFrame, days: Days) -> dict[Subject, Series]:
    """Return the series of each subject that has requests, from rows of `channel_daily`."""
    found: dict[Subject, Series] = {}
    daily = counts.with_columns(
        technical=pl.col("authorization_requests") - pl.col("authorizations_cancelled"),
        volume=pl.col("authorization_requests") + pl.col("verification_requests"),
    )
    stars = {
        ("app_key", "channel"): daily,
        ("channel",): daily.group_by("day", "channel").agg(pl.all().exclude("app_key").sum()),
        ("app_key",): daily.group_by("day", "app_key").agg(pl.all().exclude("channel").sum()),
    }
    columns = {
        "technical_success_rate": ("technical", "authorizations", LOGIN_CHANNELS),
        "verification_result_rate": ("verification_requests", "verifications", NUMBER_CHANNELS),
        "volume": ("volume", "volume", (*LOGIN_CHANNELS, "local_verify", ALL)),
    }
    for names, table in stars.items():
        for key, part in table.partition_by(*names, as_dict=True).items():
            labels = dict(zip(names, map(str, key), strict=True))
            app_key, channel = labels.get("app_key", ALL), labels.get("channel", ALL)
            places = (part["day"] - days.first).dt.total_days().to_numpy()
            for metric, (requests, successes, channels) in columns.items():
                if channel in channels and part[requests].sum():
                    series = Series(np.zeros(days.count), np.zeros(days.count))
                    series.requests[places] = part[requests].to_numpy()
                    series.successes[places] = part[successes].to_numpy()
                    found[metric, app_key, channel] = series
    return found
