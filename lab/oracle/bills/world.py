"""A data folder as the count reads it: verification records that count, and the files that people keep. Logs below
`landing/run1/` existed at the first run. `records.py` and `counts.py` read and de-duplicate records.

Where the contract is silent, this count takes:
- A counted record is late where no record equal to it in every field was read before its day was closed.
- `duplicates` are the other accepted copies of a verification record that counts, whatever their stages.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle import counts, records
from lab.oracle.bills import registry
from lab.oracle.bills.files import Values
from lab.oracle.bills.times import ONE_DAY, day_of, start_ms
from lab.oracle.raw_rows import utc_time

REPO = Path(__file__).parents[3]
DEFAULT_RULE = {"one_click": ["success"], "local_verify": ["success", "mismatch"]}


class Verified(NamedTuple):
    """A verification record that counts, with hashed devices and phones.

    Attributes:
        hour: of the business clock.
        is_use: billed by the rule in force.
        duplicates: its other copies.
    """

    day: date
    hour: int
    event_ms: int
    event_id: str
    account_id: str
    app_key: str
    channel: str
    outcome: str
    is_use: bool
    duplicates: int
    is_late: bool
    device: str | None
    phone: str | None


class World(NamedTuple):
    """All that the tables of sections 9 to 12 are made of; `complete` are the days with an accepted record."""

    as_of: date
    zone: ZoneInfo
    verified: list[Verified]
    complete: frozenset[date]
    settings: dict[str, object]
    packages: list[Values]
    readings: list[Values]
    limits: list[Values]
    console: list[Values]
    bills: list[Values]
    rejected: list[records.Reject]


def read_world(data: Path, runs: list[date], key: str = "") -> World:
    """Reads a data folder as of the last of its runs, each of which closed the days up to its own; `key` is the
    hashes'.
    """
    path = data / "authmeter.toml"
    settings = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal) if path.exists() else {}
    zone = ZoneInfo(settings.get("timezone", "Asia/Shanghai"))
    accounts, packages = registry.accounts(data), registry.packages(data, zone)
    readings = registry.readings(data, zone, packages.rows)
    limits, console, bills = registry.limits(data), registry.console(data), registry.bills(data)
    files = (accounts, packages, readings, limits, console, bills)
    complete, verified = _verified(data, runs, zone, key, settings, accounts.rows)
    return World(
        runs[-1], zone, verified, complete, settings, *(file.rows for file in files[1:]),
        rejected=[reject for file in files for reject in file.rejected],
    )  # fmt: skip


def _verified(
    data: Path, runs: list[date], zone: ZoneInfo, key: str, settings: dict[str, object], accounts: list[Values]
) -> tuple[frozenset[date], list[Verified]]:
    """The days with data, and the verification records that count."""
    as_of = runs[-1]
    bounds = records.limits(as_of, start_ms(as_of + ONE_DAY, zone), zone, key)
    arrived: list[records.Record] = []
    first_run: dict[records.Record, int] = {}
    for number in range(len(runs)):
        for record in records.read_landing(data / "landing" / f"run{number + 1}", bounds).records:
            arrived.append(record)
            first_run.setdefault(record, number)
    copies = Counter((day_of(record.event_ms, zone), record.event_id) for record in arrived)
    accepted, kept = counts.deduplicated(arrived, as_of, zone)
    apps = counts.read_apps(data / "registry" / "apps.csv")
    codes = counts.read_codes(REPO / "pipelines" / "contract" / "registry" / "result_codes.csv")
    own = _accounts_of_apps(data / "registry" / "apps.csv")
    found = []
    for day, given in kept:
        record = counts.resolve(given, day, apps, codes).record
        if record.stage in ("verify", "login") and record.channel in ("one_click", "local_verify"):
            vendor, outcome = str(record.vendor), str(record.outcome)
            run = first_run[given]
            found.append(
                Verified(
                    day=day,
                    hour=utc_time(record.event_ms).astimezone(zone).hour,
                    event_ms=record.event_ms,
                    event_id=record.event_id,
                    account_id=account_of(accounts, own, record.app_key, vendor),
                    app_key=record.app_key,
                    channel=record.channel,
                    outcome=outcome,
                    is_use=is_billed(settings.get("billing", []), vendor, day, record.channel, outcome),
                    duplicates=copies[day, record.event_id] - 1,
                    is_late=run > 0 and day <= runs[run - 1],
                    device=record.device_id,
                    phone=record.phone,
                )
            )
    return frozenset(accepted), sorted(found)


def _accounts_of_apps(path: Path) -> dict[str, str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {row["app_key"]: row["account_id"] for row in csv.DictReader(file)}


def account_of(accounts: list[Values], own: dict[str, str], app_key: str, vendor: str) -> str:
    """The account of an app's records of a vendor: own app before any, then own vendor before any, then the app's."""
    given = {(row["app_key"], row["vendor"]): str(row["account_id"]) for row in accounts}
    for key in ((app_key, vendor), (app_key, "*"), ("*", vendor), ("*", "*")):
        if key in given:
            return given[key]
    return own.get(app_key) or "default"


def is_billed(rules: list[dict[str, object]], vendor: str, day: date, channel: str, outcome: str) -> bool:
    """By the newest rule of the vendor that has begun, else of `*`, else the default one."""
    earliest = date(1970, 1, 1)
    begun = [rule for rule in rules if rule.get("valid_from", earliest) <= day]
    for whose in (vendor, "*"):
        of_vendor = [rule for rule in begun if rule.get("vendor", "*") == whose]
        if of_vendor:
            newest = max(of_vendor, key=lambda rule: rule.get("valid_from", earliest))
            return outcome in newest.get(channel, DEFAULT_RULE[channel])
    return outcome in DEFAULT_RULE[channel]
