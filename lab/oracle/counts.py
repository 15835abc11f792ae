"""Computes the tables of section 4 of the contract from accepted records: de-duplication, codes, metrics and the tables
of days.

Rows are dicts without an order. `records.py` reads records, `trends.py` computes windows.
"""

# Where the contract is silent, this count follows the decisions of the project:
# - `mismatches` and `unknowns` only count verification records, as `verifications` does.
# - A day is complete if it has an accepted record.
# - `unregistered_apps` and `unmapped_codes` are about counted records.

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle.raw_rows import utc_time
from lab.oracle.records import CHANNELS, Record

Row = dict[str, object]
SOCIAL = ("wechat", "qq", "weibo")


class App(NamedTuple):
    """An app of the registry."""

    name: str
    platform: str


class Code(NamedTuple):
    """One row of the code dictionary. If `outcome` is empty, the code means success in records of `stage`."""

    outcome: str
    stage: str


class Counted(NamedTuple):
    """A record that counts after de-duplication, with its resolved vendor, platform, carrier and outcome."""

    day: date
    record: Record
    is_unmapped: bool


Codes = dict[tuple[str, str, str, str], Code]


def read_apps(path: Path) -> dict[str, App]:
    """Read `registry/apps.csv` by app key. The platform of an app without one is `unknown`."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {row["app_key"]: App(row["app_name"], row["platform"] or "unknown") for row in rows}


def read_codes(path: Path) -> Codes:
    """Read the code dictionary by vendor, layer, platform and code."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["vendor"], row["layer"], row["platform"], row["code"]): Code(row["outcome"], row["stage"]) for row in rows
    }


def business_day(event_ms: int, zone: ZoneInfo) -> date:
    """Return the business day that contains an instant."""
    return utc_time(event_ms).astimezone(zone).date()


def deduplicated(
    records: Iterable[Record], as_of: date, zone: ZoneInfo
) -> tuple[Counter[date], list[tuple[date, Record]]]:
    """Return the number of accepted records by day, and the copy that counts for each day and id.

    Only days up to `as_of` are included.
    """
    accepted: Counter[date] = Counter()
    smallest: dict[tuple[date, str], Record] = {}
    for record in records:
        day = business_day(record.event_ms, zone)
        if day <= as_of:
            accepted[day] += 1
            other = smallest.get((day, record.event_id), record)
            smallest[day, record.event_id] = min(record, other, key=_smallest_first)
    return accepted, [(day, record) for (day, _), record in smallest.items()]


def _smallest_first(record: Record) -> list[tuple[bool, object]]:
    """Return a sort key for copies: field by field in the order of the contract, an absent value before all others."""
    return [(value is not None, value if value is not None else "") for value in record]


def resolve(record: Record, day: date, apps: dict[str, App], codes: Codes) -> Counted:
    """Return a record of a day with its resolved vendor, platform, carrier and outcome."""
    is_social = record.channel in SOCIAL
    vendor = record.vendor or ("umeng" if record.channel in ("one_click", "local_verify") else record.channel)
    platform = record.platform or (apps[record.app_key].platform if record.app_key in apps else "unknown")
    outcome, is_unmapped = record.outcome, False
    if outcome is None:
        layer = "oauth" if is_social else "server" if record.stage in ("verify", "login") else "sdk"
        code, looked_up = str(record.result_code), "ios" if platform == "ipad" else platform
        entry = codes.get((vendor, layer, looked_up, code)) or codes.get((vendor, layer, "*", code))
        if entry is not None and not entry.outcome and entry.stage == record.stage:
            outcome = "success"
        else:
            outcome = entry.outcome if entry is not None else ""
        is_unmapped = not outcome
    settled = record._replace(vendor=vendor, platform=platform, carrier=carrier_of(record), outcome=outcome or "error")
    return Counted(day, settled, is_unmapped)


def carrier_of(record: Record) -> str:
    """Return the carrier that a record's text means: `CMCC`, `CUCC`, `CTCC` or `unknown`."""
    word = (record.carrier or "").upper()
    for carrier in ("CMCC", "CUCC", "CTCC"):
        short = carrier[:2]
        if word in (carrier, short) or word.startswith(f"{short}_"):
            return carrier
    return "unknown"


def grouped(counted: Iterable[Counted], names: Iterable[str]) -> dict[tuple[object, ...], list[Counted]]:
    """Group records by the values of `names`, which are fields or `day`."""
    groups: dict[tuple[object, ...], list[Counted]] = defaultdict(list)
    for one in counted:
        key = tuple(one.day if name == "day" else getattr(one.record, name) for name in names)
        groups[key].append(one)
    return groups


def _is_authorization(one: Counted) -> bool:
    return one.record.stage in ("authorize", "login")


def _is_verification(one: Counted) -> bool:
    return one.record.stage in ("verify", "login") and one.record.channel in ("one_click", "local_verify")


def _is_billable(one: Counted) -> bool:
    """Return whether the default billing rule bills a record."""
    billed = ("success",) if one.record.channel == "one_click" else ("success", "mismatch")
    return _is_verification(one) and one.record.outcome in billed


def additive_counts(group: list[Counted]) -> dict[str, int]:
    """Return the columns of `channel_daily` that can be summed, over a group of records."""
    authorized = Counter(one.record.outcome for one in group if _is_authorization(one))
    verified = Counter(one.record.outcome for one in group if _is_verification(one))
    cancelled = authorized["cancelled"] + authorized["switched"]
    return {
        "authorization_requests": authorized.total(),
        "authorizations": authorized["success"],
        "authorizations_cancelled": cancelled,
        "authorizations_failed": authorized.total() - authorized["success"] - cancelled,
        "verification_requests": verified.total(),
        "verifications": verified["success"] + verified["mismatch"],
        "mismatches": verified["mismatch"],
        "unknowns": verified["unknown"],
        "billable_verifications": sum(_is_billable(one) for one in group),
    }


def devices(group: list[Counted]) -> int:
    """Return the number of distinct devices in records with the stage `authorize`, `login` or `verify`."""
    seen = {one.record.device_id for one in group if _is_authorization(one) or one.record.stage == "verify"}
    return len(seen - {None})


def latencies(group: list[Counted]) -> list[int]:
    """Return the latencies of records with the stage `authorize`, `login` or `verify`, sorted."""
    return sorted(
        one.record.latency_ms
        for one in group
        if one.record.latency_ms is not None and (_is_authorization(one) or one.record.stage == "verify")
    )


def latency(group: list[Counted], percent: int) -> int | None:
    """Return a percentile of the latencies by nearest rank: the smallest that at least `percent` % of them do not
    exceed.

    Return None if there are no latencies.
    """
    values = latencies(group)
    rank = -(-percent * len(values) // 100)
    return values[rank - 1] if values else None


def usage_daily(counted: list[Counted], apps: dict[str, App]) -> list[Row]:
    """Return the rows of `usage_daily`. Its key: day, app_key."""
    rows: list[Row] = []
    for (day, app_key), group in grouped(counted, ("day", "app_key")).items():
        app = apps.get(str(app_key), App(str(app_key), "unknown"))
        total = additive_counts(group)
        of = {channel: additive_counts([one for one in group if one.record.channel == channel]) for channel in CHANNELS}
        one_click, local = of["one_click"]["verifications"], of["local_verify"]["verifications"]
        rows.append(
            {
                "day": day,
                "app_key": app_key,
                "app_name": app.name,
                "platform": app.platform,
                "number_verifications": one_click + local,
                "one_click_verifications": one_click,
                "local_verifications": local,
                "third_party_authorizations": sum(of[channel]["authorizations"] for channel in SOCIAL),
                "wechat_authorizations": of["wechat"]["authorizations"],
                "qq_authorizations": of["qq"]["authorizations"],
                "weibo_authorizations": of["weibo"]["authorizations"],
                "verification_requests": total["verification_requests"],
                "billable_verifications": total["billable_verifications"],
                "devices": devices(group),
            }
        )
    return rows


def channel_daily(counted: list[Counted]) -> list[Row]:
    """Return the rows of `channel_daily`. Its key: day, app_key, channel."""
    names = ("day", "app_key", "channel")
    rows: list[Row] = []
    for key, group in grouped(counted, names).items():
        row: Row = {**dict(zip(names, key, strict=True)), **additive_counts(group)}
        row["devices"] = devices(group)
        row["latency_p50_ms"], row["latency_p95_ms"] = latency(group, 50), latency(group, 95)
        rows.append(row)
    return rows


def channel_detail_daily(counted: list[Counted]) -> list[Row]:
    """Return the rows of `channel_detail_daily`. Its key: all columns except the counts."""
    names = ("day", "app_key", "channel", "platform", "scheme_id", "package_name", "carrier")
    groups = grouped(counted, names)
    return [{**dict(zip(names, key, strict=True)), **additive_counts(group)} for key, group in groups.items()]


def outcome_daily(counted: list[Counted]) -> list[Row]:
    """Return the rows of `outcome_daily`. Its key: all columns except `records`."""
    where = ("day", "app_key", "channel", "stage", "platform", "carrier", "sdk_version")
    names = (*where, "outcome", "vendor", "result_code")
    groups = grouped(counted, names)
    return [{**dict(zip(names, key, strict=True)), "records": len(group)} for key, group in groups.items()]


def latency_daily(counted: list[Counted]) -> list[Row]:
    """Return the rows of `latency_daily`, over all apps together. Days and channels without a latency have no row."""
    return [
        {
            "day": day,
            "channel": channel,
            "records": len(latencies(group)),
            "latency_p50_ms": latency(group, 50),
            "latency_p95_ms": latency(group, 95),
        }
        for (day, channel), group in grouped(counted, ("day", "channel")).items()
        if latencies(group)
    ]


def day_quality(counted: list[Counted], apps: dict[str, App], accepted: Counter[date], as_of: date) -> list[Row]:
    """Return the rows of `day_quality` up to `as_of`, without the columns of late data, restatements and usual days."""
    by_day = grouped(counted, ("day",))
    rows: list[Row] = []
    day = min(accepted, default=as_of + timedelta(days=1))
    while day <= as_of:
        group = by_day.get((day,), [])
        rows.append(
            {
                "day": day,
                "records_accepted": accepted[day],
                "duplicates": accepted[day] - len(group),
                "unmapped_codes": sum(one.is_unmapped for one in group),
                "unregistered_apps": len({one.record.app_key for one in group} - set(apps)),
                "day_state": "complete" if accepted[day] else "missing",
            }
        )
        day += timedelta(days=1)
    return rows
