"""Figures of the published tables, counted a second time in plain Python, never through the reports.

`figure_text.py` has the forms in which pages write them; the tests that read pages back compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
CHANNELS = ("one_click", "wechat", "qq", "weibo")
USAGE = (
    "number_verifications", "one_click_verifications", "local_verifications", "third_party_authorizations",
    "billable_verifications",
)  # fmt: skip
CARDS = USAGE[:4]
# The channels of each count of usage.
CHANNELS_OF = {
    "number_verifications": ("one_click", "local_verify"),
    "one_click_verifications": ("one_click",),
    "local_verifications": ("local_verify",),
    "third_party_authorizations": ("wechat", "qq", "weibo"),
}
LOGIN_COUNTS = (
    "authorizations", "authorization_requests", "authorizations_cancelled", "authorizations_failed",
)  # fmt: skip
PERIODS = ("day", "7", "30", "month", "last_month")


class Published:
    """The published tables; `*` is all apps together."""

    def __init__(self, database: Path) -> None:
        self._path = database
        (publication,) = self.rows("publication")
        self.as_of: date = publication["as_of"]
        self.quality = {row["day"]: row for row in self.rows("day_quality")}
        self.apps = {row["app_key"]: row for row in self.rows("apps")}
        self.schemes = self.rows("schemes")
        self.incidents = self.rows("incidents")
        self._usage: dict[tuple[Any, ...], int] = defaultdict(int)
        for row in self.rows("usage_daily"):
            for key in ("*", row["app_key"]):
                for metric in USAGE:
                    self._usage[key, metric, row["day"]] += row[metric]
        self._logins: dict[tuple[Any, ...], int] = defaultdict(int)
        self._latencies: dict[tuple[Any, ...], int] = {}
        self._checked: dict[tuple[Any, ...], int] = defaultdict(int)
        for row in self.rows("channel_daily"):
            for key, name in product(("*", row["app_key"]), ("verifications", "verification_requests")):
                self._checked[key, row["channel"], name, row["day"]] += row[name]
            for name in ("latency_p50_ms", "latency_p95_ms"):
                self._latencies[row["app_key"], row["channel"], name, row["day"]] = row[name]
            for key in ("*", row["app_key"]):
                for channel in ("*", row["channel"]) if row["channel"] in CHANNELS else (row["channel"],):
                    for name in ("authorizations", "authorization_requests", "authorizations_cancelled",
                                 "authorizations_failed"):  # fmt: skip
                        self._logins[key, channel, name, row["day"]] += row[name]
        for row in self.rows("latency_daily"):
            for name in ("latency_p50_ms", "latency_p95_ms"):
                self._latencies["*", row["channel"], name, row["day"]] = row[name]
        self.channels = {(row["app_key"], row["channel"], row["day"]): row for row in self.rows("channel_daily")}
        self.detail = self.rows("channel_detail_daily")
        self.outcomes = self.rows("outcome_daily")
        codes = self.rows("result_codes")
        self._codes = {(row["vendor"], row["layer"], row["platform"], row["code"]): row for row in codes}

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, as a mapping."""
        with closing(duckdb.connect(str(self._path), read_only=True)) as connection:
            found = connection.execute(f"FROM {table}")
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    # ---- apps

    def name(self, key: str) -> str:
        """The name of an app; its key where it has none."""
        return self.apps[key]["app_name"] or key

    def named(self, key: str, language: str = "en") -> str:
        """An app as a list names it: its name, and its key if it differs."""
        if key == "*":
            return "全部应用" if language == "zh" else "All apps"
        name = self.name(key)
        return name if name == key else f"{name} {key}"

    def platform(self, key: str) -> str:
        """The platform of an app in the registry."""
        return self.apps[key]["platform"] or "unknown"

    # ---- days

    def day(self, back: int) -> date:
        """The day `back` days before the as-of."""
        return self.as_of - timedelta(days=back)

    def window(self, days: int) -> list[date]:
        """The days of a window, oldest first."""
        return [self.day(back) for back in reversed(range(days))]

    def has_data(self, day: date) -> bool:
        """Whether any app logged on that day."""
        return day in self.quality and self.quality[day]["day_state"] == "complete"

    def covered(self, days: Iterable[date]) -> int:
        """How many of the days have data."""
        return sum(self.has_data(day) for day in days)

    def period(self, name: str) -> tuple[list[date], list[date]]:
        """The days of a period and those it is compared with."""
        if name == "day":
            return [self.as_of], [self.day(7)]
        if name in ("7", "30"):
            length = int(name)
            return self.window(length), [self.day(back) for back in reversed(range(length, 2 * length))]
        first = self.as_of.replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        if name == "month":
            last = min(self.as_of.day, (first - timedelta(days=1)).day)
            return _days(first, self.as_of), _days(before, before.replace(day=last))
        long_before = (before - timedelta(days=1)).replace(day=1)
        return _days(before, first - timedelta(days=1)), _days(long_before, before - timedelta(days=1))

    def matched(self, name: str) -> tuple[list[date], list[date]]:
        """The compared days of a period and their counterparts: days at the same places from the first on, if both have
        data."""
        pairs = [pair for pair in zip(*self.period(name), strict=False) if self.covered(pair) == 2]
        return [one for one, _ in pairs], [other for _, other in pairs]

    def is_fair(self, name: str) -> bool:
        """Whether a change of a period is shown: at least half of its days are compared."""
        return 2 * len(self.matched(name)[0]) >= len(self.period(name)[0])

    def coverage(self, name: str) -> list[int]:
        """The numbers of a comparison: compared days, all days, and if these differ, how many days with data the period
        and its base have."""
        (days, base), matched = self.period(name), len(self.matched(name)[0])
        is_whole = matched == len(days) == len(base)
        return [matched, len(days), *([] if is_whole else [self.covered(days), self.covered(base)])]

    def _sum(self, counts: dict[tuple[Any, ...], int], key: tuple[Any, ...], days: Iterable[date]) -> int | None:
        days = [day for day in days if self.has_data(day)]
        return sum(counts.get((*key, day), 0) for day in days) if days else None

    # ---- figures

    def usage(self, key: str, metric: str, days: Iterable[date]) -> int | None:
        """A count of usage over some days; None if none of them has data."""
        return self._sum(self._usage, (key, metric), days)

    def logins(self, key: str, channel: str, name: str, days: Iterable[date]) -> int | None:
        """A count of login authorization; channel `*` is the four together."""
        return self._sum(self._logins, (key, channel, name), days)

    def checked(self, key: str, channel: str, name: str, days: Iterable[date]) -> int | None:
        """A count of number verification."""
        return self._sum(self._checked, (key, channel, name), days)

    def latency(self, key: str, channel: str, name: str, day: date) -> int | None:
        """The latency of a channel on a day."""
        return self._latencies.get((key, channel, name, day))

    @property
    def first_days(self) -> dict[tuple[str, str], date]:
        """The first day of each channel of each app."""
        found: dict[tuple[str, str], date] = {}
        for key, channel, day in sorted(self.channels, key=lambda place: place[2]):
            found.setdefault((key, channel), day)
        return found

    def successes(self, key: str, channel: str, day: date) -> tuple[str, tuple[int, int]]:
        """Successes of a channel of an app on a day, and attempts: authorizations and requests that were not cancelled;
        verifications for a channel without authorizations."""
        is_authorized = channel in CHANNELS and any(
            row["authorization_requests"] for place, row in self.channels.items() if place[:2] == (key, channel)
        )
        row = self.channels.get((key, channel, day), defaultdict(int))
        if is_authorized:
            tried = row["authorization_requests"] - row["authorizations_cancelled"]
            return "authorizations", (row["authorizations"], tried)
        return "verifications", (row["verifications"], row["verification_requests"])

    def had_incident(self, key: str, channel: str, day: date) -> bool:
        """Whether an app's channel, or all of it, or all apps', had an incident of a rate or a volume on a day."""
        return any(
            row["kind"] not in ("data", "further") and row["metric"] != "sign_in_rate"
            and row["app_key"] in (key, "*") and row["channel"] in (channel, "*")
            and row["first_day"] <= day <= (row["last_day"] or day)
            for row in self.incidents
        )  # fmt: skip

    def by_dimension(self, key: str, name: str, days: Iterable[date]) -> dict[str, list[int]]:
        """Authorizations, requests and cancelled ones by platform (of the four channels) or carrier (of one-click)."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        channels, days = CHANNELS if name == "platform" else CHANNELS[:1], set(days)
        for row in self.detail:
            if key in ("*", row["app_key"]) and row["day"] in days and row["channel"] in channels:
                for place, count in enumerate(("authorizations", "authorization_requests", "authorizations_cancelled")):
                    found[row[name]][place] += row[count]
        return {value: counts for value, counts in found.items() if counts[1]}

    def by_version(self, key: str, days: Iterable[date]) -> dict[str, list[int]]:
        """Authorizations, requests and cancelled ones by SDK version, of the four channels."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        days = set(days)
        for row in self.outcomes:
            is_request = row["stage"] in ("authorize", "login") and row["channel"] in CHANNELS
            if is_request and key in ("*", row["app_key"]) and row["day"] in days:
                kinds = (row["outcome"] == "success", True, row["outcome"] in ("cancelled", "switched"))
                for place, is_of_kind in enumerate(kinds):
                    found[row["sdk_version"] or "unknown"][place] += row["records"] * is_of_kind
        return found

    def version_seen(self, key: str, version: str) -> date | None:
        """The first day with any record of an SDK version."""
        of_version = (row for row in self.outcomes if row["sdk_version"] == version)
        return min((row["day"] for row in of_version if key in ("*", row["app_key"])), default=None)

    def failures(self, key: str, step: str, days: Iterable[date]) -> list[Row]:
        """The rows of outcomes of a step that did not succeed."""
        days = set(days)
        if step == "authorization":
            stages, channels, fine = {"authorize", "login"}, set(CHANNELS), {"success"}
        else:
            stages, channels, fine = {"verify", "login"}, {"one_click", "local_verify"}, {"success", "mismatch"}
        return [
            row
            for row in self.outcomes
            if key in ("*", row["app_key"]) and row["day"] in days and row["stage"] in stages
            and row["channel"] in channels and row["outcome"] not in fine
        ]  # fmt: skip

    def meaning(self, row: Row) -> tuple[str, str] | None:
        """The meaning of the code of a row of outcomes, in Chinese and English; None if the dictionary lacks it."""
        layer = layer_of(row)
        platform = "ios" if row["platform"] == "ipad" else row["platform"]
        for one in (platform, "*"):
            if entry := self._codes.get((row["vendor"], layer, one, row["result_code"])):
                return entry["meaning_zh"], entry["meaning_en"]
        return None


def layer_of(row: Row) -> str:
    """The layer whose codes a row of outcomes has."""
    if row["channel"] in ("wechat", "qq", "weibo"):
        return "oauth"
    return "server" if row["stage"] in ("verify", "login") else "sdk"


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def ratio(part: int | None, whole: int | None) -> float | None:
    """Sum over sum; None without a divisor."""
    return part / whole if part is not None and whole else None
