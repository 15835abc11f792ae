"""What the tests of the independent count share: a good record, the limits of a run, and the reading of one file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracle import records

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = date(2026, 3, 10)
NOON_MS = 1_773_115_200_000  # 2026-03-10 12:00 in Shanghai
LIMITS = records.limits(AS_OF, NOON_MS + records.DAY_MS, SHANGHAI)
GOOD = {
    "event_id": "e1",
    "event_time": NOON_MS,
    "app_key": "app",
    "channel": "one_click",
    "stage": "login",
    "outcome": "success",
}


def read(folder: Path, name: str, data: bytes) -> records.Landing:
    """What one file gives."""
    (folder / name).write_bytes(data)
    return records.read_landing(folder, LIMITS)


def ndjson(*rows: dict[str, object]) -> bytes:
    """One object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
