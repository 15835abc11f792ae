"""Small random logs, drawn from a seed, in which records often repeat, correct each other and break rules."""

from __future__ import annotations

import random
from datetime import date, timedelta

from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import OUTCOMES, STAGES
from tests.support import Row, lines

# Long past on any clock, so that the real command may close it.
DAY = date(2025, 3, 10)
APPS = ("shop", "game", "new", "Shop")
REGISTRY = "app_key,app_name,platform,account_id,created_at,status\nshop,Shop,ios,,,\nidle,Idle,,,,\n"


def row(draw: random.Random, day: date, ids: int = 40) -> Row:
    """Return a record of a day. It has one of `ids` ids, so that ids repeat with other values."""
    found: Row = {
        "event_id": f"{day:%m%d}-{draw.randrange(ids)}",
        "event_time": f"{day}T{draw.randrange(24):02}:{draw.randrange(60):02}:00+08:00",
        "app_key": draw.choice(APPS),
        "channel": draw.choice(CHANNELS),
        "stage": draw.choice(STAGES),
        "outcome": draw.choice(OUTCOMES),
    }
    for name, values in (
        ("platform", ("android", "ios", "ipad")),
        ("carrier", ("CMCC", "cu_xw", "?")),
        ("scheme_id", ("s1", "s2")),
        ("device_id", tuple(f"d{number}" for number in range(8))),
        ("latency_ms", tuple(range(-1, 900, 37))),
        ("sdk_version", ("2.14", "2.15")),
    ):
        if draw.random() < 0.6:
            found[name] = draw.choice(values)
    if draw.random() < 0.2:
        del found["outcome"]
        found["result_code"] = draw.choice(("600000", "-4", "OK", "no such code"))
    return found


def log(draw: random.Random, days: list[date], count: int, ids: int = 40) -> bytes:
    """Return an NDJSON file with `count` records of these days. One file in five also has a line that is not JSON."""
    text = lines(row(draw, draw.choice(days), ids) for _ in range(count))
    return text + (b"not json\n" if draw.random() < 0.2 else b"")


BROKEN_LINES = (b"not json", b'{"event_id":"x"}', b'{"event_id":', b'{"a":1,}', b"\xff\xfe")


def landing(seed: int, newest: date) -> dict[str, bytes]:
    """Return 1 to 5 NDJSON files by path, and in half of the cases also a copy of the first file.

    Without the copy, the files have 5 to 60 records and up to 3 broken lines in all. The days are `newest`, three days
    before it, and the day after it. The same id can be on several days.
    """
    draw = random.Random(seed)
    days = span(newest + timedelta(days=1), 5)
    rows = [row(draw, draw.choice(days)) | {"event_id": f"id{draw.randrange(31)}"} for _ in range(draw.randint(5, 60))]
    written = [*lines(rows).splitlines(), *draw.choices(BROKEN_LINES, k=draw.randint(0, 3))]
    count = draw.randint(1, 5)
    files = {f"{number}/log.ndjson": b"\n".join(written[number::count]) for number in range(count)}
    return files | ({"copy.jsonl": files["0/log.ndjson"]} if draw.random() < 0.5 else {})


def span(last: date, count: int) -> list[date]:
    """Return the `count` days up to `last`, oldest first."""
    return [last - timedelta(days=back) for back in reversed(range(count))]
