"""Reads a data folder for the count of bills: counted verification records and the registry files for bills.

Logs below `landing/run1/` existed at the first run. `records.py` and `counts.py` read and de-duplicate records.
"""

# Where the contract is silent, this count decides:
# - A counted record is late unless a record equal in every field was read before its day was closed.
# - `duplicates` are the other accepted copies of a counted verification record, whatever their stages.

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle import counts, records
from lab.oracle.bills import registry
from lab.oracle.bills.rows import AccountRow, BillRow, ConsoleRow, LimitRow, PackageRow, ReadingRow
from lab.oracle.bills.settings import Settings, is_billed, read_settings
from lab.oracle.bills.times import ONE_DAY, day_of, start_ms
from lab.oracle.raw_rows import utc_time

REPO = Path(__file__).parents[3]


class Verified(NamedTuple):
    """A verification record that counts. Devices and phones are hashes.

    Attributes:
        hour: in the business time zone.
        is_use: whether the billing rule of its day bills the record.
        duplicates: number of its other copies.
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
    """The input of the tables of sections 9 to 12. `complete` has the days with an accepted record."""

    as_of: date
    verified: list[Verified]
    complete: frozenset[date]
    settings: Settings
    packages: list[PackageRow]
    readings: list[ReadingRow]
    limits: list[LimitRow]
    console: list[ConsoleRow]
    bills: list[BillRow]
    rejected: list[records.Reject]

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return self.settings.zone


def read_world(data: Path, runs: list[date], key: str = "") -> World:
    """Read a data folder as of the last of its runs.

    Args:
        runs: the last day that each run closes.
        key: the key of the hashes of devices and phones.
    """
    settings = read_settings(data / "authmeter.toml")
    zone = settings.zone
    accounts, packages = registry.accounts(data), registry.packages(data, zone)
    readings = registry.readings(data, zone, packages.rows)
    limits, console, bills = registry.limits(data), registry.console(data), registry.bills(data)
    rejected = [*accounts.rejected, *packages.rejected, *readings.rejected]
    rejected += [*limits.rejected, *console.rejected, *bills.rejected]
    complete, verified = _verified(data, runs, key, settings, accounts.rows)
    return World(
        as_of=runs[-1], verified=verified, complete=complete, settings=settings, packages=packages.rows,
        readings=readings.rows, limits=limits.rows, console=console.rows, bills=bills.rows, rejected=rejected,
    )  # fmt: skip


def _verified(
    data: Path, runs: list[date], key: str, settings: Settings, accounts: list[AccountRow]
) -> tuple[frozenset[date], list[Verified]]:
    """Return the days with data, and the verification records that count."""
    as_of, zone = runs[-1], settings.zone
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
                    is_use=is_billed(settings.rules, vendor, day, record.channel, outcome),
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


def account_of(accounts: list[AccountRow], own: dict[str, str], app_key: str, vendor: str) -> str:
    """Return the account to which an app's records of a vendor belong.

    The first of these rows decides: of the app and vendor, of the app and all vendors, of all apps and the vendor, of
    all apps and vendors. Without a row, it is the account of the app in `own`, else `default`.
    """
    given = {(row.app_key, row.vendor): row.account_id for row in accounts}
    for key in ((app_key, vendor), (app_key, "*"), ("*", vendor), ("*", "*")):
        if key in given:
            return given[key]
    return own.get(app_key) or "default"
