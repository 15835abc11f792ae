"""The same records as NDJSON, CSV and Parquet give the same events."""

from __future__ import annotations

import gzip
from datetime import datetime

import pytest

from tests.reading_bench import ReadingBench
from tests.support import DAY, KEY, Row, as_csv, as_parquet, columns_of, keyed_hash, lines, record

FULL = record(
    "e1", result_code="600000", vendor="umeng", platform="ios", carrier="cm_zyhl", scheme_id="s1",
    package_name="com.example.a",
    device_id="device one", phone="13820888866", latency_ms=180, sdk_version="2.14", os_version="17", attempt_id="a1",
    account_id="c1",
)  # fmt: skip


def without_line(event: Row) -> Row:
    return {name: value for name, value in event.items() if name != "line"}


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.jsonl", "a.log.gz"])
def test_a_record_is_the_same_event_in_every_format(bench: ReadingBench, name: str) -> None:
    rows = [FULL, record("e2", device_id="", phone=None) | {"account_id": 'c,\n"2"'}]
    wanted = [without_line(event) for event in bench.read(lines([FULL, record("e2", account_id='c,\n"2"')])).events]
    content = (
        as_parquet(columns_of([FULL, record("e2", account_id='c,\n"2"')])) if name == "a.parquet" else as_csv(rows)
    )
    content = lines([FULL, record("e2", account_id='c,\n"2"')]) if name in ("a.jsonl", "a.log.gz") else content
    read = bench.read(gzip.compress(content) if name.endswith(".gz") else content, name)
    assert [without_line(event) for event in read.events] == wanted
    assert read.events[0]["device_hash"] == keyed_hash("device one", KEY)
    assert read.books.nulled == {}


def test_an_event_holds_what_its_record_says(bench: ReadingBench) -> None:
    assert without_line(bench.read(lines([FULL])).event("e1")) == {
        "event_id": "e1", "event_time": datetime.fromisoformat("2026-03-10T02:00:00"),
        "day": DAY, "app_key": "shop", "channel": "one_click",
        "stage": "authorize", "outcome": "success", "result_code": "600000", "vendor": "umeng", "platform": "ios",
        "carrier": "cm_zyhl", "scheme_id": "s1", "package_name": "com.example.a",
        "device_hash": keyed_hash("device one", KEY), "phone_hash": keyed_hash("13820888866", KEY),
        "phone_mask": "138****8866",
        "latency_ms": 180, "sdk_version": "2.14", "os_version": "17", "attempt_id": "a1", "account_id": "c1",
    }  # fmt: skip
