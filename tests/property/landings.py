"""Small random landing folders: a few days, apps and ids, so that records repeat, meet and break rules often."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from pipelines.contract.record import CHANNELS, OUTCOMES, STAGES
from tests.support import DAY, Row, days_before

DAYS = 4
BROKEN_LINES = (b"not json", b'{"event_id":"x"}', b'{"event_id":', b'{"a":1,}', b"\xff\xfe")


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One record; its id is one of few, so that it comes again in other words."""
    day = days_before(DAY, draw(st.integers(-1, DAYS - 1)))
    hour, minute = draw(st.integers(0, 23)), draw(st.integers(0, 59))
    row: Row = {
        "event_id": f"id{draw(st.integers(0, 30))}",
        "event_time": f"{day}T{hour:02}:{minute:02}:00+08:00",
        "app_key": draw(st.sampled_from(["shop", "game", "new"])),
        "channel": draw(st.sampled_from(CHANNELS)),
        "stage": draw(st.sampled_from(STAGES)),
    }
    optional = {
        "outcome": st.sampled_from(OUTCOMES),
        "result_code": st.sampled_from(["600000", "-4", "OK", "no such code"]),
        "platform": st.sampled_from(["android", "ios", "ipad"]),
        "carrier": st.sampled_from(["CMCC", "cu_xw", "?"]),
        "scheme_id": st.sampled_from(["s1", "s2"]),
        "device_id": st.integers(0, 5).map(lambda number: f"d{number}"),
        "latency_ms": st.integers(-1, 900),
        "sdk_version": st.just("2.14"),
    }
    for name, values in optional.items():
        if draw(st.booleans()):
            row[name] = draw(values)
    if "outcome" not in row and "result_code" not in row:
        row["outcome"] = "success"
    return row


@st.composite
def landings(draw: st.DrawFn) -> dict[str, bytes]:
    """Files by name: 1 to 5 NDJSON files with up to 60 records in all, some lines broken, some files copies."""
    written = [json.dumps(row).encode() for row in draw(st.lists(rows(), min_size=5, max_size=60))]
    written += draw(st.lists(st.sampled_from(BROKEN_LINES), max_size=3))
    count = draw(st.integers(1, 5))
    files = {f"{number}/log.ndjson": b"\n".join(written[number::count]) for number in range(count)}
    if draw(st.booleans()):
        files["copy.jsonl"] = files["0/log.ndjson"]
    return files
