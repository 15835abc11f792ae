"""Makes a random data folder whose site the browser tests read back: logs of ten weeks, published by two real runs.

This module defines the apps, how much they log, and their faults. The tests compute the expected pages from the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from pipelines.contract.record.channels import NUMBER_CHANNELS, SOCIAL_CHANNELS
from pipelines.contract.record.fields import PLATFORMS
from tests.support import DAY, DataFolder, Row, as_parquet, columns_of, days_before

AS_OF = DAY
CHANNELS = (*NUMBER_CHANNELS, *SOCIAL_CHANNELS)
DAYS = 71
# Days before the as-of: without any log, with late records, and with a file that later comes shorter.
MISSING_BACK, LATE_BACK, HELD_BACK = 17, 5, 9
# App, records a day, share of days on which it logs, channels. `stopped` is silent on the data day.
HABITS = {
    "shop": (700, 1.0, CHANNELS), "Shop": (30, 0.9, ("one_click", "local_verify")),
    "social": (25, 1.0, ("wechat", "qq", "weibo")), "numbers": (20, 0.95, ("local_verify",)),
    "CON": (12, 0.4, CHANNELS), "stopped": (20, 1.0, ("one_click", "weibo")), "ghost": (15, 1.0, ("one_click", "qq")),
    "-x": (3, 0.2, CHANNELS),
}  # fmt: skip
REGISTRY = """app_key,app_name,platform,account_id,created_at,status
shop,示例商城,android,account-1,2026-01-02,enabled
Shop,Shop twin,ios,account-2,2026-01-02,disabled
social,"社交, 第三方",harmony,account-1,2026-01-02,
numbers,+1 <b>numbers</b>,h5,,2026-01-02,enabled
CON,重庆出行,ipad,account-3,2026-01-02,enabled
stopped,Stopped,android,account-3,2026-01-02,enabled
idle,Idle,android,account-1,2026-01-02,enabled
"""
SCHEMES = """scheme_id,scheme_group,app_key,scheme_name,package_name,methods,created_at
s1,组,shop,方案一,com.example.shop,number;wechat,2026-01-02
s1,组,shop,方案一,com.example.shop.pad,number;wechat,2026-01-02
s2,group,shop,方案二,com.example.never,number,2026-01-02
s3,group,Shop,Twin,com.example.twin,number;qq,2026-01-02
"""
STAGES = ("prefetch", "page", "click", "authorize", "authorize", "authorize", "verify", "verify", "login")
FAILURES = ("cancelled", "cancelled", "switched", "timeout", "error", "carrier_error", "config_error", "unsupported",
            "limited", "quota_exhausted", "mismatch", "unknown")  # fmt: skip
# By channel: codes of the dictionary, with some it lacks.
CODES = {
    "one_click": ("600002", "600003", "600007", "600008", "600010", "600011", "600012", "600013", "600014", "600015",
                  "600017", "600004", "1999", "new-code"),
    "local_verify": ("2000", "2001", "new-code"),
    "wechat": ("-2", "-4", "-1", "-9"),
    "qq": ("-4", "100030", "oops"),
    "weibo": ("21327", "21330", "nope"),
}  # fmt: skip


def day(back: int) -> date:
    """Return the day `back` days before the as-of."""
    return days_before(AS_OF, back)


def publish(root: Path, seed: int = 7) -> DataFolder:
    """Write the folder, and publish it as of the day before `AS_OF`, then as of `AS_OF`."""
    rng = Random(seed)
    folder = DataFolder(root)
    folder.write("authmeter.toml", 'xlsx_apps = ["*"]\ncalendar = "none"\njump_warn_ratio = 10\n')
    folder.write("registry/apps.csv", REGISTRY)
    folder.write("registry/schemes.csv", SCHEMES)
    logs = {back: list(_day(rng, back)) for back in range(DAYS) if back != MISSING_BACK}
    late = [logs[LATE_BACK].pop() for _ in range(40)]
    held = logs[HELD_BACK][:30]
    for first in range(1, DAYS, 14):
        _land(folder, f"{day(first)}.parquet", [row for back in range(first, first + 14) for row in logs.get(back, [])])
    alone = [row | {"event_id": f"{row['event_id']}-alone"} for row in held[:2]]
    folder.land("rotated.ndjson", held + alone + [_broken(rng, row) for row in held[:9]])
    folder.land("copies.ndjson", rng.sample(logs[3], 15) + rng.sample(logs[40], 5))
    folder.land("bad.log", b"\n".join(_bad_lines(logs[2])))
    folder.land("cut.json.gz", b"\x1f\x8b no gzip")
    folder.tables(day(1))
    _land(folder, f"{AS_OF}.parquet", logs[0])
    folder.land("late.ndjson", late)
    folder.land("rotated.ndjson", held[:3])
    folder.publish(AS_OF)
    return folder


def _day(rng: Random, back: int) -> Iterator[Row]:
    for app, (usual, presence, channels) in HABITS.items():
        if rng.random() > presence or (app == "stopped" and back == 0):
            continue
        for number in range(rng.randint(usual // 2, usual * 3 // 2)):
            yield _record(rng, back, app, rng.choice(channels), f"{app}-{back}-{number}")


def _record(rng: Random, back: int, app: str, channel: str, event_id: str) -> Row:
    row: Row = {
        "event_id": event_id, "event_time": _midnight(back) + rng.randrange(86_400_000), "app_key": app,
        "channel": channel, "stage": rng.choice(STAGES), "device_id": f"d{rng.randrange(400)}",
        **_version(back, int(event_id.rpartition("-")[2])),
    }  # fmt: skip
    # Recent days succeed less often, so that rates move.
    if rng.random() < (0.6 if back < 4 else 0.75):
        row["outcome"] = "success"
    elif rng.random() < 0.5:
        row["outcome"] = rng.choice(FAILURES)
    else:
        row["result_code"] = rng.choice(CODES[channel])
        if rng.random() < 0.5:
            row["outcome"] = rng.choice(FAILURES[:5])
    if rng.random() < 0.8:
        row["latency_ms"] = rng.randrange(20, 4000)
    # Most records are of one kind, or every record would be a row of the export.
    if rng.random() < 0.8:
        return row | {"platform": "android", "carrier": "CMCC", "scheme_id": "s1", "package_name": "com.example.shop"}
    optional = {
        "platform": rng.choice(PLATFORMS),
        "carrier": rng.choice(("CMCC", "CUCC", "CTCC", "elsewhere")),
        "scheme_id": rng.choice(("s1", "s2", "unlisted")),
        "package_name": rng.choice(("com.example.shop", "com.example.shop.pad", "com.unlisted")),
    }
    return row | {name: value for name, value in optional.items() if rng.random() < 0.7}


def _version(back: int, number: int) -> Row:
    """Return the field `sdk_version` of a record, or no field. `number` is the record's number on its day.

    One record in six has no version, a large app has more versions than a table lists, and one version is new.
    """
    if number % 6 == 0:
        return {}
    return {"sdk_version": "3.0" if back < 5 and number % 4 == 1 else f"2.{number % 11}"}


def _midnight(back: int) -> int:
    """Return 00:00 of a day in Shanghai as Unix time in milliseconds."""
    return (day(back) - date(1970, 1, 1)) // timedelta(milliseconds=1) - 8 * 3_600_000


def _broken(rng: Random, row: Row) -> Row:
    """Return the record with a new id and an optional field that breaks its rule.

    The record counts without that field.
    """
    name, value = rng.choice((("latency_ms", -1), ("platform", "windows"), ("package_name", "a b")))
    return row | {"event_id": f"{row['event_id']}-broken", name: value}


def _bad_lines(rows: list[Row]) -> Iterator[bytes]:
    """Yield lines that are rejected for several reasons, one of them four times."""
    for row in rows[:4]:
        yield json.dumps(row).encode()[:-1]
    yield json.dumps(rows[4] | {"channel": "fax"}).encode()
    yield json.dumps(rows[5] | {"app_key": "<b>"}).encode()
    yield json.dumps({name: value for name, value in rows[6].items() if name != "event_id"}).encode()


def _land(folder: DataFolder, path: str, rows: list[Row]) -> None:
    folder.land(path, as_parquet(columns_of(rows)))
