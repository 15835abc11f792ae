"""NDJSON, CSV and Parquet give the same events; of a rejected row nothing personal is shown, whatever its format."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.records import keyed_hash
from tests.reading import ReadingBench
from tests.support import DAY, KEY, Row, lines, record

FULL = record(
    "e1", result_code="600000", vendor="umeng", platform="ios", carrier="cm_zyhl", scheme_id="s1",
    package_name="com.example.a",
    device_id="device one", phone="13820888866", latency_ms=180, sdk_version="2.14", os_version="17", attempt_id="a1",
    account_id="c1",
)  # fmt: skip


def csv_of(rows: list[Row], *, head: list[str] | None = None) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, head or list(FULL), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def parquet_of(columns: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def columns_of(rows: list[Row]) -> dict[str, Any]:
    return {name: [row.get(name) for row in rows] for name in FULL}


def without_line(event: Row) -> Row:
    return {name: value for name, value in event.items() if name != "line"}


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.jsonl", "a.log.gz"])
def test_a_record_is_the_same_event_in_every_format(bench: ReadingBench, name: str) -> None:
    rows = [FULL, record("e2", device_id="", phone=None) | {"account_id": 'c,\n"2"'}]
    wanted = [without_line(event) for event in bench.read(lines([FULL, record("e2", account_id='c,\n"2"')])).events]
    content = (
        parquet_of(columns_of([FULL, record("e2", account_id='c,\n"2"')])) if name == "a.parquet" else csv_of(rows)
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
        "carrier": "CMCC", "has_carrier": True, "scheme_id": "s1", "package_name": "com.example.a",
        "device_hash": keyed_hash("device one", KEY), "phone_hash": keyed_hash("13820888866", KEY),
        "phone_mask": "138****8866",
        "latency_ms": 180, "sdk_version": "2.14", "os_version": "17", "attempt_id": "a1", "account_id": "c1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "times",
    [
        pa.array([datetime(2026, 3, 10, 2, 0, 0, 123_900, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        pa.array([datetime(2026, 3, 10, 2, 0, 0, 123_900, tzinfo=UTC)], pa.timestamp("ns", "America/New_York")),
        # Without a zone: local in the source's zone, which is Shanghai here.
        pa.array([datetime.fromisoformat("2026-03-10T10:00:00.123")], pa.timestamp("ms")),
        pa.array([1773108000123]),
        pa.array(["1773108000123"]),
        pa.array(["2026-03-10T10:00:00.123+08:00"]).dictionary_encode(),
    ],
    ids=["us UTC", "ns New York", "ms without zone", "number", "13 digits", "dictionary"],
)
def test_a_parquet_time_of_any_type_is_the_same_instant(bench: ReadingBench, times: pa.Array) -> None:
    read = bench.read(parquet_of(columns_of([record("e1")]) | {"event_time": times}), "a.parquet")
    assert read.rejects == []
    assert read.event("e1")["event_time"] == datetime.fromisoformat("2026-03-10T02:00:00.123")


def test_a_bad_csv_row_costs_itself_and_keeps_its_place(bench: ReadingBench) -> None:
    head = ["event_id", "event_time", "app_key", "channel", "stage", "outcome", "note"]
    good = ",".join(str(record("e{}").get(name, "x")) for name in head)
    text = "\n".join(
        [
            ",".join(head),
            good.format(1),
            "",
            "too,few",
            good.format(2) + ",more",
            '"two\nlines',
            good.format(3),
            ",,,,,,",
            good.format(4),
        ]
    )
    read = bench.read(text.encode(), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e1", "e3", "e4"]
    assert read.reasons == [
        (4, "malformed"),
        (5, "malformed"),
        (6, "malformed"),
        (7, "malformed"),
        (9, "missing:event_id"),
    ]


def test_two_open_quotes_do_not_swallow_what_stands_between(bench: ReadingBench) -> None:
    head = ["event_id", "event_time", "app_key", "channel", "stage", "outcome"]
    good = ",".join(str(record("e{}")[name]) for name in head)
    text = "\n".join(
        [",".join(head), good.format(1), '2,"open', good.format(3), 'x,"y', good.format(4), 'x,"z', good.format(5)]
    )
    read = bench.read(text.encode(), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e1", "e3", "e4", "e5"]
    assert read.reasons == [(3, "malformed"), (5, "malformed"), (7, "malformed")]


def test_a_row_of_two_lines_stands_where_it_begins(bench: ReadingBench) -> None:
    rows = [record("e1", account_id="two\nlines"), record("e2", app_key="no key"), record("e3")]
    assert bench.read(csv_of(rows), "a.csv").reasons == [(4, "invalid:app_key")]


def test_a_rejected_parquet_row_is_told_by_its_number(bench: ReadingBench) -> None:
    rows = [record("e1"), record("e2", channel="sms"), record("e3", stage=None)]
    read = bench.read(parquet_of(columns_of(rows)), "a.parquet")
    assert read.reasons == [(2, "invalid:channel"), (3, "missing:stage")]
    assert '"event_id":"e2"' in read.rejects[0][2].replace(" ", "")


# A device id that is neither an IMEI nor a UUID, a phone that is no mobile number: only their column tells.
PERSONAL = record("e1", channel="sms", device_id="Anna's phone", phone="02120888")


@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_a_rejected_record_shows_neither_device_nor_phone(bench: ReadingBench, kind: str) -> None:
    content = {"ndjson": lines([PERSONAL]), "csv": csv_of([PERSONAL]), "parquet": parquet_of(columns_of([PERSONAL]))}[
        kind
    ]
    ((_, reason, text),) = bench.read(content, f"a.{kind}").rejects
    assert reason == "invalid:channel"
    assert "sms" in text
    assert "Anna" not in text
    assert "20888" not in text


def test_a_csv_row_with_a_cell_too_many_shows_neither_device_nor_phone(bench: ReadingBench) -> None:
    content = csv_of([PERSONAL]).rstrip() + b",more\r\n"
    ((_, reason, text),) = bench.read(content, "a.csv").rejects
    assert reason == "malformed"
    assert "Anna" not in text
    assert "20888" not in text


def test_a_column_that_comes_twice_is_read_where_it_stands_first(bench: ReadingBench) -> None:
    head = list(record("e1"))
    rows = [[*head, "channel"], [*map(str, record("e1").values()), "sms"]]
    read = bench.read("\n".join(",".join(row) for row in rows).encode(), "a.csv")
    assert [event["channel"] for event in read.events] == ["one_click"]


def test_a_csv_without_a_required_column_rejects_every_row(bench: ReadingBench) -> None:
    read = bench.read(b"event_id,note\n1,x\n2,y\n", "a.csv")
    assert read.reasons == [(2, "missing:event_time"), (3, "missing:event_time")]
