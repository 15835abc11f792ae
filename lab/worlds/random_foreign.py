"""Writes random logs in the formats of the sources in `lab/oracle/sources.py`, with lines between that are no
records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from lab.oracle.raw_rows import utc_time
from lab.oracle.sources import SOURCES
from lab.worlds.random_events import Event


def write_foreign(rng: Random, data: Path, events: list[Event]) -> None:
    """Write the mappings of all sources into `sources/`, and a folder of logs for each below `landing/`.

    Each source gets a third of `events`.
    """
    (data / "sources").mkdir(parents=True)
    for source in SOURCES:
        (data / "sources" / f"{source.name}.toml").write_text(source.mapping, encoding="utf-8")
        (data / "landing" / source.name).mkdir(parents=True)
    third = len(events) // 3
    landing = data / "landing"
    end = rng.choice((b"\n", b"\r\n"))
    (landing / "gateway" / "a.txt").write_bytes(end.join(_gateway_lines(rng, events[:third])) + end)
    (landing / "callbacks" / "b.log").write_bytes(end.join(_callback_lines(rng, events[third : 2 * third])))
    rows = [_legacy_row(rng, event) for event in events[2 * third :]]
    half = len(rows) // 2
    columns = {name: [row[name] for row in rows[:half]] for name in rows[0]}
    pq.write_table(pa.table(columns), landing / "legacy" / "c.parquet")
    lines = [",".join(rows[0]), *(",".join(text or "" for text in row.values()) for row in rows[half:])]
    (landing / "legacy" / "d.csv").write_bytes(end.join(line.encode() for line in [*lines, "too,few"]) + end)


def _gateway_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    for event in events:
        words = {
            "id": f"g{rng.randrange(10**9)}",
            "app": rng.choice(("shop", "shop", ".none")),
            "way": rng.choice(("wx", "phone", "sms")),
            "ret": rng.choice(("0", "-4", "600000", "1.50", "true")),
            "cost": rng.choice(("80", "80.0", "80.5", "slow", "007")),
            "dev": f"d{rng.randrange(9)}",
        }
        if rng.random() < 0.2:
            words.pop(rng.choice(list(words)))
        said = " ".join(f"{name}={word}" for name, word in words.items())
        time = "yesterday, at ten" if event.ms is None else f"{utc_time(event.ms):%Y-%m-%d %H:%M:%S}"
        yield f"{time} auth {said}".encode()
        if rng.random() < 0.2:
            yield rng.choice((b"", b" \t", b"\v", f"{time} heartbeat pool=7".encode(), b"Traceback (most recent call)"))


def _callback_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    for event in events:
        members: dict[str, object] = {
            "id": rng.choice((f"c{rng.randrange(10**9)}", rng.randrange(10**9))),
            "Time": None if event.ms is None else rng.choice((event.ms, str(event.ms), event.ms // 1000)),
            "level": rng.choice((3, 4, "5", 4, 3, 1, None, "high")),
            "app": {"key": rng.choice(("shop", 7, "news.app", "a b")), "x": [1, 2.5]},
            "way": rng.choice((None, "qq", "local_verify")),
            "stage": rng.choice(("login", "verify", "pay")),
            "ok": rng.choice((True, False, None, "true", "maybe")),
            "operator": rng.choice((None, "cm_zyhl", "CU", 5)),
            "phone": rng.choice((None, 13800001234, "13800001234")),
            "cost": rng.choice((None, 80, "80", 600_001, "slow")),
            "v": rng.choice((None, 2, "2.1", True)),
        }
        line = json.dumps(members)
        yield line.encode()
        kind = rng.random()
        if kind < 0.1:
            yield ('{"level":1,"id":"first",' + line[1:]).encode()
        elif kind < 0.2:
            yield rng.choice((b"not json", b"[1]", b"42", b"null", b"", line[:-1].encode(), line[:-1].encode() + b",}"))


def _legacy_row(rng: Random, event: Event) -> dict[str, str | None]:
    return {
        "Event ID": f"l{rng.randrange(10**9)}",
        "at": None if event.ms is None else rng.choice((f"{event.ms}", f"{event.ms // 1000}", "never")),
        "app": rng.choice(("SHOP", "shop", "con", ".", None)),
        "channel": rng.choice(("1", "2", "unknown", "3", None)),
        "cost": rng.choice(("80", "80.0", "1e2", None)),
        "os": rng.choice(("14", "", None)),
    }
