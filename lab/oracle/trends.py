"""Computes windows over counted records (the login trend, its summary, usage), and all tables of a run together.

`counts.py` counts single days.
"""

# Where the contract is silent, this count follows the decisions of the project: the trends have rows for `*` and for
# every app that is registered or has a counted record up to `as_of`. They have all four channels, even without a
# record.

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from lab.oracle import counts
from lab.oracle.counts import App, Codes, Counted, Row
from lab.oracle.records import Record
from lab.oracle.sessions import session_tables

CHANNELS = ("one_click", "wechat", "qq", "weibo")
WINDOWS = (7, 30)
SESSION_MINUTES = 10
"""The default of the setting."""
USAGE = (
    "number_verifications", "one_click_verifications", "local_verifications", "third_party_authorizations",
    "wechat_authorizations", "qq_authorizations", "weibo_authorizations", "verification_requests",
    "billable_verifications",
)  # fmt: skip
FIGURES = ("authorizations", "authorization_requests", "authorizations_cancelled")


def tables(
    records: Iterable[Record], apps: dict[str, App], codes: Codes, as_of: date, zone: ZoneInfo
) -> dict[str, list[Row]]:
    """Return the rows of every table by table name, for all days up to `as_of`."""
    accepted, kept = counts.deduplicated(records, as_of, zone)
    counted = [counts.resolve(record, day, apps, codes) for day, record in kept]
    usage = counts.usage_daily(counted, apps)
    return {
        "usage_daily": usage,
        "channel_daily": counts.channel_daily(counted),
        "channel_detail_daily": counts.channel_detail_daily(counted),
        "outcome_daily": counts.outcome_daily(counted),
        "latency_daily": counts.latency_daily(counted),
        **session_tables(counted, SESSION_MINUTES, zone),
        "login_trend": login_trend(counted, apps, set(accepted), as_of),
        "login_trend_summary": login_trend_summary(counted, apps, set(accepted), as_of),
        "day_quality": counts.day_quality(counted, apps, accepted, as_of),
        **{f"usage_{days}d": usage_window(usage, set(accepted), as_of, days) for days in WINDOWS},
        "usage_month": usage_month(usage, set(accepted), as_of),
    }


def login_trend(counted: list[Counted], apps: dict[str, App], complete: set[date], as_of: date) -> list[Row]:
    """Return the rows of `login_trend`. Its key: as_of, window_days, app_key, channel, day."""
    rows: list[Row] = []
    for app_key, channel, of_day in _series(counted, apps):
        for window_days in WINDOWS:
            for day in window(as_of, window_days):
                figures: Row = dict.fromkeys((*FIGURES, "authorization_rate"))
                if day in complete:
                    total = counts.additive_counts(of_day.get(day, []))
                    figures = {name: total[name] for name in FIGURES}
                    figures["authorization_rate"] = ratio(total["authorizations"], total["authorization_requests"])
                key = {"as_of": as_of, "window_days": window_days, "app_key": app_key, "channel": channel}
                state = "complete" if day in complete else "missing"
                rows.append({**key, "day": day, **figures, "day_state": state})
    return rows


def login_trend_summary(counted: list[Counted], apps: dict[str, App], complete: set[date], as_of: date) -> list[Row]:
    """Return the rows of `login_trend_summary`. Its key: as_of, window_days, app_key, channel."""
    rows: list[Row] = []
    for (app_key, channel, of_day), window_days in product(_series(counted, apps), WINDOWS):
        days = window(as_of, window_days)
        previous_days = window(as_of - timedelta(days=window_days), window_days)
        now = counts.additive_counts([one for day in days for one in of_day.get(day, [])])
        before = counts.additive_counts([one for day in previous_days for one in of_day.get(day, [])])
        pairs = [pair for pair in zip(days, previous_days, strict=True) if complete.issuperset(pair)]
        then, same = (
            counts.additive_counts([one for pair in pairs for one in of_day.get(pair[place], [])])["authorizations"]
            for place in (1, 0)
        )
        growth = ratio(same, then) if 2 * len(pairs) >= window_days else None
        rows.append(
            {
                "as_of": as_of,
                "window_days": window_days,
                "app_key": app_key,
                "channel": channel,
                "authorizations": now["authorizations"],
                "authorization_requests": now["authorization_requests"],
                "authorization_rate": ratio(now["authorizations"], now["authorization_requests"]),
                "previous_authorizations": before["authorizations"],
                "change": None if growth is None else growth - 1,
                "matched_days": len(pairs),
                "days_with_data": len(complete & set(days)),
                "previous_days_with_data": len(complete & set(previous_days)),
            }
        )
    return rows


def usage_window(usage: list[Row], complete: set[date], as_of: date, window_days: int) -> list[Row]:
    """Return the usage of each app that has a record in the last `window_days` days up to `as_of`."""
    return _usage_sums(usage, complete, window(as_of, window_days))


def usage_month(usage: list[Row], complete: set[date], as_of: date) -> list[Row]:
    """Return the usage of each app in each month in which it has a record. The month of `as_of` ends with that day."""
    rows: list[Row] = []
    for month in sorted({day.replace(day=1) for day in complete}):
        days = [month + timedelta(days=later) for later in range(31)]
        days = [day for day in days if (day.year, day.month) == (month.year, month.month) and day <= as_of]
        rows += [{"month": month, **row} for row in _usage_sums(usage, complete, days)]
    return rows


def _usage_sums(usage: list[Row], complete: set[date], days: list[date]) -> list[Row]:
    """Return a row for each app with its counts summed over `days`. `complete` has all days with data."""
    sums: dict[object, Counter[str]] = defaultdict(Counter)
    names: dict[object, Row] = {}
    for row in usage:
        if row["day"] in days:
            key = row["app_key"]
            names[key] = {name: row[name] for name in ("app_key", "app_name", "platform")}
            sums[key].update({name: row[name] for name in USAGE})
    with_data = len(complete & set(days))
    return [
        {
            **names[key],
            "window_days": len(days),
            "days_with_data": with_data,
            **{name: sums[key][name] for name in USAGE},
        }
        for key in sums
    ]


def _series(counted: list[Counted], apps: dict[str, App]) -> Iterator[tuple[str, str, dict[date, list[Counted]]]]:
    """Yield app_key, channel and records by day, for every app and channel of the trends. App `*` is all apps."""
    for app_key in sorted({"*", *apps, *(one.record.app_key for one in counted)}):
        for channel in CHANNELS:
            of_day: dict[date, list[Counted]] = {}
            for one in counted:
                if one.record.channel == channel and app_key in ("*", one.record.app_key):
                    of_day.setdefault(one.day, []).append(one)
            yield app_key, channel, of_day


def window(last_day: date, window_days: int) -> list[date]:
    """Return the days of a window that ends with `last_day`."""
    return [last_day - timedelta(days=back) for back in range(window_days)]


def ratio(part: int, whole: int) -> float | None:
    """Return `part` divided by `whole`; None if `whole` is 0."""
    return part / whole if whole else None
