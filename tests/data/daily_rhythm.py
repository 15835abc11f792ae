"""Small logs with a daily and weekly rhythm, for tests of faults: 21 days, two sources, three apps, five channels."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.support import DataFolder, Row

NEWEST = date(2026, 3, 22)
DAYS = 21
_HOURS = (30, 17, 9, 6, 5, 8, 20, 45, 68, 76, 78, 82, 92, 84, 72, 70, 72, 78, 88, 98, 108, 112, 94, 60)
_APPS = (("shop", 5), ("game", 3), ("news", 2))
_CHANNELS = (("one_click", 5), ("local_verify", 2), ("wechat", 4), ("qq", 2), ("weibo", 1))
_CODES = {"one_click": "600000", "local_verify": "PASS", "wechat": "0", "qq": "onComplete", "weibo": "0"}
_CARRIERS = ("CMCC", "CMCC", "CUCC", "CTCC")
_SOCIAL = ("wechat", "qq", "weibo")
_MAPPING = """\
name = "gateway"
files = ["gateway/**"]
format = "ndjson"

[fields]
"""
_FIELDS = (
    "event_id", "event_time", "app_key", "channel", "stage", "outcome", "result_code", "platform", "carrier",
    "device_id", "latency_ms", "package_name", "scheme_id", "sdk_version",
)  # fmt: skip


def day_rows(day: date, seed: int, records: int = 900) -> list[Row]:
    """Return the records of a day: about `records` on a workday, and a third fewer at the weekend. 5 % of them fail."""
    draw = random.Random(f"{seed}/{day}")
    count = round(records * (0.65 if day.weekday() >= 5 else 1.0) * draw.uniform(0.94, 1.06))
    rows = []
    for number in range(count):
        (app,) = draw.choices([name for name, _ in _APPS], [share for _, share in _APPS])
        (channel,) = draw.choices([name for name, _ in _CHANNELS], [share for _, share in _CHANNELS])
        (hour,) = draw.choices(range(24), _HOURS)
        fails = draw.random() < 0.05
        rows.append({
            "event_id": f"{day:%m%d}-{seed}-{number}", "app_key": app, "channel": channel,
            "event_time": f"{day}T{hour:02d}:{draw.randrange(60):02d}:00.000+08:00",
            "stage": "verify" if channel == "local_verify" else "authorize",
            "outcome": "timeout" if fails else "success", "result_code": _CODES[channel],
            "platform": draw.choice(("android", "android", "ios")), "carrier": draw.choice(_CARRIERS),
            "device_id": f"device-{draw.randrange(5 * records)}", "latency_ms": round(draw.lognormvariate(5.7, 0.4)),
            "package_name": f"com.example.{app}", "scheme_id": f"S-{app}", "sdk_version": "2.14.5",
        })  # fmt: skip
    return rows


def land(folder: DataFolder, day: date, rows: list[Row]) -> None:
    """Land one day's files of the two sources: social sign-ins from the SDK, the rest from the gateway."""
    for source, is_social in (("gateway", False), ("sdk", True)):
        if chosen := [row for row in rows if (row["channel"] in _SOCIAL) == is_social]:
            folder.land(f"{source}/{day}.ndjson", chosen)


def begun(folder: DataFolder, seed: int) -> None:
    """Write the source mapping, then land and publish the days before `NEWEST`."""
    folder.write("sources/gateway.toml", _MAPPING + "".join(f'{name} = "{name}"\n' for name in _FIELDS))
    for back in range(DAYS, 0, -1):
        day = NEWEST - timedelta(days=back)
        land(folder, day, day_rows(day, seed))
    folder.tables(NEWEST - timedelta(days=1))


def moved(row: Row, hours: int) -> Row:
    """Return a record whose time is shifted by some hours, as by a wrong clock."""
    time = datetime.fromisoformat(str(row["event_time"])) + timedelta(hours=hours)
    return row | {"event_time": time.isoformat(timespec="milliseconds")}
