"""Makes a random data folder for the tables of bills (sections 9 to 12 of the contract): logs of two runs, and all
registry files.

The same seed makes the same folder; `lab/oracle` computes the expected tables from it. `random_packages.py` makes
packages, readings and limits, `random_consoles.py` makes consoles and bills.

Cases that the contract leaves open are left out: rows with two faults, and copies of one record that differ and come
both before and after the day is closed.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle.bills.times import ONE_DAY, days_from, start_ms
from lab.oracle.bills.world import read_world
from lab.oracle.raw_rows import utc_time
from lab.oracle.records import DAY_MS
from lab.worlds.csv_text import write_csv
from lab.worlds.random_consoles import write_consoles_and_bills
from lab.worlds.random_packages import write_limits, write_packages

APPS = ("shop", "Shop", "news.app", "ghost")
OUTCOMES = ("success",) * 7 + ("mismatch",) * 2 + ("unknown", "limited", "error", "timeout")
FIELDS = (
    "event_id", "event_time", "app_key", "channel", "stage", "outcome", "vendor", "device_id", "phone", "account_id",
)  # fmt: skip
Event = dict[str, object]


class Plan(NamedTuple):
    """The plan of a world.

    Attributes:
        first: the first day of the log.
        runs: the last day that each run closes.
        missing: the days without logs.
        a_day: about how many records a day has.
    """

    first: date
    runs: tuple[date, ...]
    zone: ZoneInfo
    missing: frozenset[date]
    a_day: int


def plan_of(seed: int) -> Plan:
    """Return the plan for a seed, of one of four kinds by `seed % 4`.

    0 is a long history, 1 many records up to the end of a month, 2 a long history in which a package bought on a leap
    day expires, and 3 a log that has just begun.
    """
    rng = Random(seed)
    last, history, a_day = (
        (date(2026, 11, 12), 250, 9),
        (date(2026, 10, 31), 66, 40),
        (date(2025, 3, 5), 250, 9),
        (date(2026, 11, 3), 6, 20),
    )[seed % 4]
    first = last - timedelta(days=history - 1)
    gaps = {last - timedelta(days=days) for days in (rng.randrange(1, 9), 58, 59, rng.randrange(40, 60))}
    zone = ZoneInfo("Asia/Kolkata" if seed % 5 == 4 else "UTC" if seed % 7 == 6 else "Asia/Shanghai")
    return Plan(first, (last - timedelta(days=3), last), zone, frozenset(gaps if (seed + seed // 4) % 2 else ()), a_day)


def write_world(folder: Path, seed: int) -> list[date]:
    """Write a data folder and return the day of each run.

    `landing/run1/` has the files that exist at the first run, `landing/run2/` those that arrive before the second.
    """
    plan, rng = plan_of(seed), Random(f"world {seed}")
    (folder / "registry").mkdir(parents=True)
    (folder / "authmeter.toml").write_text(_settings(rng, plan), "utf-8")
    _write_accounts(rng, folder)
    instants = write_packages(rng, folder, plan.first, plan.runs[-1], plan.zone, plan.a_day)
    write_limits(rng, folder)
    _write_logs(rng, folder, plan, instants)
    runs = list(plan.runs)
    write_consoles_and_bills(rng, folder, read_world(folder, runs))
    return runs


def _settings(rng: Random, plan: Plan) -> str:
    begins = [plan.first + timedelta(days=days) for days in (20, 35, 41)]
    return f"""
timezone = "{plan.zone.key}"
tolerance_records = {rng.randrange(3)}
tolerance_share = {rng.choice(("0.005", "0.03", "0"))}
buy_lead_days = {rng.randrange(15)}
[[billing]]
valid_from = {begins[0]}
local_verify = ["success"]
[[billing]]
vendor = "aliyun"
valid_from = {begins[1]}
one_click = ["success", "unknown"]
[[billing]]
vendor = "*"
valid_from = {begins[2]}
one_click = ["success"]
[[billing]]
vendor = "acme"
valid_from = {plan.runs[-1] + ONE_DAY}
one_click = []
"""


def _write_accounts(rng: Random, folder: Path) -> None:
    head = ("app_key", "app_name", "platform", "account_id", "created_at", "status")
    apps = [("shop", "店", "", "a1", "", ""), ("Shop", "", "", "", "", ""), ("news.app", "", "ios", "账户2", "", "")]
    write_csv(folder / "registry/apps.csv", head, apps)
    rules = [
        ("Shop", "aliyun", "账户2"),
        ("*", "aliyun", "a1"),
        ("shop", "", "a1"),
        ("", "acme", "a 3"),
        ("shop", "acme", "账户2"),
    ]
    bad = [
        ("shop", "x", ""),
        ("a b", "x", "a1"),
        ("shop", "v" * 129, "a1"),
        ("shop", "*", "a9"),
        ("ghost", "y", "a" * 129),
    ]
    rows = rng.sample(rules, rng.randrange(2, 6))
    rows += [row for row in bad if row[1] != "*" or ("shop", "", "a1") in rows]
    if rng.random() < 0.8:
        write_csv(folder / "registry/accounts.csv", ("app_key", "vendor", "account_id"), rows)


def _write_logs(rng: Random, folder: Path, plan: Plan, instants: list[int]) -> None:
    """Write the logs of both runs, in files of at most 400 records.

    The second run gets most records of the days after the first run, and late records and copies of earlier days. On
    days with logs, there is a record at each of `instants` (Unix ms) and one a millisecond before it.
    """
    arrived: tuple[list[Event], list[Event]] = ([], [])
    for day in days_from(plan.first, plan.runs[-1] + ONE_DAY):
        events = [] if day in plan.missing else _events(rng, day, plan)
        begin, end = start_ms(day, plan.zone), start_ms(day + ONE_DAY, plan.zone)
        at = [ms for instant in instants for ms in (instant - 1, instant) if begin <= ms < end]
        events += [] if day in plan.missing else [_event(rng, f"{day}:{ms}", ms) for ms in at]
        for event in events:
            is_late = day > plan.first and rng.random() < 0.04
            # A few records come before their day is over.
            run = 1 if (day > plan.runs[0] and rng.random() < 0.9) or is_late else 0
            arrived[run].append(event)
            if rng.random() < 0.05:
                arrived[run].append(event)
            if rng.random() < 0.05:
                arrived[1].append(event)
            if rng.random() < 0.05:
                arrived[run].append(event | _event(rng, "", 0) | {name: event[name] for name in FIELDS[:2]})
    for number, events in enumerate(arrived, start=1):
        for part, begin in enumerate(range(0, len(events), 400)):
            is_json = rng.random() < 0.7
            path = folder / f"landing/run{number}/part{part}.{'ndjson' if is_json else 'csv'}"
            _write_log(path, events[begin : begin + 400])


def _write_log(path: Path, events: list[Event]) -> None:
    if path.suffix == ".csv":
        write_csv(path, FIELDS, [[event[name] for name in FIELDS] for event in events])
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    given = [{name: value for name, value in event.items() if value is not None} for event in events]
    path.write_text("".join(json.dumps(event) + "\n" for event in given), "utf-8")


def _events(rng: Random, day: date, plan: Plan) -> list[Event]:
    """Return the records of a day: more on weekdays, some at its first or last ms, some in bursts.

    The first day of a month has more records in its first two hours, so that a month with shifted days has another sum.
    """
    count = plan.a_day + (day.weekday() < 5) * plan.a_day // 3 + day.month % 3 + rng.randrange(3)
    begin = start_ms(day, plan.zone)
    found: list[Event] = []
    while len(found) < count:
        ms = begin + rng.choice((0, DAY_MS - 1, *[rng.randrange(DAY_MS)] * 18))
        event = _event(rng, f"{day}-{len(found)}", ms)
        found.append(event)
        for again in range(rng.choice((*(0, 2) * 20, *(12,) * 8, 60)) if plan.a_day > 20 else 0):
            ms = min(ms + rng.choice((0, 1_000, 29_999, 30_000, 30_001)), begin + DAY_MS - 1)
            same = {name: event[name] for name in ("app_key", "device_id", "phone")}
            found.append(_event(rng, f"{day}-{len(found)}-{again}", ms) | same)
    for extra in range(12 if day.day == 1 else 0):
        found.append(_event(rng, f"{day}-extra-{extra}", begin + rng.randrange(DAY_MS // 12)))
    return found


def _event(rng: Random, event_id: str, ms: int) -> Event:
    """Return a random record at the instant `ms`. Most are verifications."""
    return {
        "event_id": event_id,
        "event_time": rng.choice((str(ms), utc_time(ms).isoformat(timespec="milliseconds"))),
        "app_key": rng.choice(APPS),
        "channel": rng.choice(("one_click",) * 5 + ("local_verify",) * 4 + ("wechat",)),
        "stage": rng.choice(("verify", "verify", "login", "login", "login", "login", "authorize")),
        "outcome": rng.choice(OUTCOMES),
        "vendor": rng.choice((None, None, "umeng", "aliyun", "acme")),
        "device_id": rng.choice((None, *(f"device-{number}" for number in range(9)))),
        "phone": rng.choice((None, *(f"1380000000{number}" for number in range(7)))),
        "account_id": rng.choice((None, "a1", "nobody")),
    }
