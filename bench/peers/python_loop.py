"""The bare job as a plain Python loop."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from job import ZONE, answer, files

zone = ZoneInfo(ZONE)
counts: dict[tuple[object, str, str], list[int]] = {}
devices: dict[tuple[object, str, str], set[str]] = {}
for name in files():
    with Path(name).open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            day = datetime.fromisoformat(record["event_time"]).astimezone(zone).date()
            group = (day, record["app_key"], record["channel"])
            count = counts.setdefault(group, [0, 0])
            count[0] += 1
            count[1] += record.get("outcome") == "success"
            if record.get("device_id") is not None:
                devices.setdefault(group, set()).add(record["device_id"])
answer(
    len(counts),
    sum(count[0] for count in counts.values()),
    sum(count[1] for count in counts.values()),
    sum(len(found) for found in devices.values()),
)
