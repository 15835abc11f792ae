"""NDJSON, CSV and Parquet give the same events; of a rejected row nothing personal is shown, whatever its format."""

from __future__ import annotations

import csv
import gzip
import io
import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.reading import blocks as blocks_module
from pipelines.reading.landing import LIMITS, LandedFile
from pipelines.reading.parquet_process import ParquetProcess
from pipelines.reading.records import keyed_hash
from pipelines.reading.sources import SourceMapping
from tests.reading_bench import ReadingBench
from tests.support import DAY, KEY, Row, lines, record, records

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


def test_a_parquet_file_that_is_left_half_read_takes_no_other_with_it(tmp_path: Path) -> None:
    process, files = ParquetProcess(), []
    for name in ("left", "next", "last"):
        full = tmp_path / f"{name}.parquet"
        full.write_bytes(parquet_of({"event_id": [f"{name} {row}" for row in range(1000)]}))
        files.append(LandedFile(full.name, full, full.stat().st_size, ""))
    # Who draws no more, such as a query that failed, may keep what it draws from.
    left = process.batches(files[0], LIMITS, 10, 1 << 20)
    assert next(left).column(0)[0].as_py() == "left 0"
    for file in files[1:]:
        texts = [text for batch in process.batches(file, LIMITS, 10, 1 << 20) for text in batch.column(0).to_pylist()]
        assert texts == [f"{file.path.removesuffix('.parquet')} {row}" for row in range(1000)]
    assert next(left).column(0)[0].as_py() == "left 10"


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1_773_108_000_000_000_000, "invalid"), (10**17, "invalid"), (LARGEST, "invalid"), (-LARGEST, "too_old"),
        (-LARGEST - 1, "too_old"), (-(10**17), "too_old"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_a_parquet_time_that_cannot_be_costs_its_row(
    bench: ReadingBench, zone: str | None, number: int, reason: str
) -> None:
    for unit in ("ms", "us"):
        times = pa.array([1_773_108_000_000 * (1000 if unit == "us" else 1), number], pa.timestamp(unit, zone))
        read = bench.read(parquet_of(columns_of(records(2)) | {"event_time": times}), "a.parquet")
        assert read.reasons == [(2, f"{reason}:event_time")], unit
        assert read.books.accepted == 1


def test_of_nanoseconds_the_ends_are_times(bench: ReadingBench) -> None:
    times = pa.array([LARGEST, -LARGEST - 1], pa.timestamp("ns", "UTC"))
    read = bench.read(parquet_of(columns_of(records(2)) | {"event_time": times}), "a.parquet")
    assert read.reasons == [(1, "invalid:event_time"), (2, "too_old:event_time")]


def test_types_that_the_database_does_not_know_are_read(bench: ReadingBench) -> None:
    given = columns_of(records(2)) | {
        "event_id": pa.array([Decimal(10**59), Decimal(10**59 + 1)], pa.decimal256(70, 0)),
        "latency_ms": pa.array(np.array([250, 1.5], np.float16)),
    }
    read = bench.read(parquet_of(given), "a.parquet")
    assert [event["event_id"] for event in read.events] == ["1" + "0" * 59, "1" + "0" * 58 + "1"]
    assert [event["latency_ms"] for event in read.events] == [250, None]
    assert read.books.nulled == {"latency_ms": 1}


WHOLE = {
    "event_id": ([1.0, 2.0, 3.0], ["1", "2", "3"]),
    "event_time": ([1773108000123.0] * 3, [datetime.fromisoformat("2026-03-10T02:00:00.123")] * 3),
    "result_code": ([600000.0, -4.0, -0.0], ["600000", "-4", "0"]),
    "latency_ms": ([250.0, 0.0, 600000.0], [250, 0, 600000]),
}


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(38, 10), pa.decimal128(20, 0)], ids=str)
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_in_a_column_of_fractions_is_that_number(
    bench: ReadingBench, name: str, kind: pa.DataType
) -> None:
    numbers, wanted = WHOLE[name]
    values = pa.array(numbers if kind == pa.float64() else [Decimal(int(number)) for number in numbers], kind)
    read = bench.read(parquet_of(columns_of(records(3)) | {name: values}), "a.parquet")
    assert (read.rejects, read.books.nulled) == ([], {})
    assert [event[name] for event in read.events] == wanted


def test_a_whole_number_in_a_float_column_is_so_for_a_mapping_too(bench: ReadingBench) -> None:
    fields = {name: name for name in record("e1")} | {"latency_ms": "cost", "result_code": "code"}
    mapping = SourceMapping(name="floats", files=("*",), fields=fields)
    for kind in (pa.float64(), pa.decimal128(20, 1)):
        numbers = {name: pa.array([Decimal(text)]).cast(kind) for name, text in (("cost", "250.0"), ("code", "1.5"))}
        event = bench.read(parquet_of(columns_of([record("e1")]) | numbers), "a.parquet", mapping).event("e1")
        assert (event["latency_ms"], event["result_code"]) == (250, "1.5")


def test_another_number_in_a_float_column_is_no_whole_one(bench: ReadingBench) -> None:
    given = columns_of(records(3)) | {
        "latency_ms": pa.array([250.5, math.inf, 1e300]), "result_code": pa.array([1.5, 600000.25, 1e300])
    }  # fmt: skip
    read = bench.read(parquet_of(given), "a.parquet")
    assert [event["result_code"] for event in read.events] == ["1.5", "600000.25", "1e300"]
    assert read.books.nulled == {"latency_ms": 3}


@pytest.mark.parametrize(
    ("kind", "number"), [(pa.float64(), 2.0**53 + 2), (pa.float32(), 2.0**24 + 2), (pa.float32(), 1773108000000.0)]
)
def test_a_number_that_a_float_column_cannot_tell_from_the_next_is_no_id_and_no_time(
    bench: ReadingBench, kind: pa.DataType, number: float
) -> None:
    for name in ("event_id", "event_time"):
        given = columns_of([record("e1")]) | {name: pa.array([number], kind)}
        assert bench.read(parquet_of(given), "a.parquet").reasons == [(1, f"invalid:{name}")]


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


HEAD = "event_id,event_time,app_key,channel,stage,outcome,account_id"
GOOD_ROW = ",".join(str(record("{}")[name]) for name in HEAD.split(",")[:6]) + ",{}"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("head", [HEAD, "\ufeff" + HEAD, HEAD.replace("event_id", '"event_id"'), '"a\rb",' + HEAD])
def test_the_lines_of_a_csv_may_end_in_a_carriage_return_alone(bench: ReadingBench, head: str, packed: bool) -> None:
    before = "x," if "\r" in head else ""
    rows = [GOOD_ROW.format("e1", "a"), "", "too,few", GOOD_ROW.format("e2", '"b,c"'), GOOD_ROW.format("e3", '"d\re"')]
    content = "\r".join([head, *(before + row if row else row for row in rows)]).encode()
    read = bench.read(gzip.compress(content) if packed else content, "a.csv.gz" if packed else "a.csv")
    assert [(event["event_id"], event["account_id"]) for event in read.events] == [
        ("e1", "a"), ("e2", "b,c"), ("e3", "d\ne")
    ]  # fmt: skip
    assert read.reasons == [(4 + head.count("\r"), "malformed")]
    assert bench.read((content + b"\r"), "a.csv").books.accepted == 3


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_carriage_return_within_a_cell_ends_no_line(bench: ReadingBench, end: str) -> None:
    content = end.join([HEAD, GOOD_ROW.format("e1", '"a\rb"'), GOOD_ROW.format("e2", "c")]).encode()
    assert [event["account_id"] for event in bench.read(content, "a.csv").events] == ["a\rb", "c"]


def test_a_long_csv_of_carriage_returns_is_read_to_its_end(bench: ReadingBench) -> None:
    rows = [GOOD_ROW.format(f"e{number}", "x" * 90) for number in range(40_000)]
    read = bench.read("\r".join([HEAD, *rows]).encode(), "a.csv")
    assert (read.books.accepted, read.books.rejected) == (40_000, 0)


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


@pytest.mark.parametrize(
    "name", ["Device ID", " device_id", "device_id ", "设备号", "udid", "Phone Number", "user_tel", "MAC"]
)
def test_of_a_rejected_csv_row_no_cell_of_a_column_named_so_is_shown(bench: ReadingBench, name: str) -> None:
    for cell in ("Anna 20888", '"Anna ""20888"", x"', "Anna\r20888", "Anna\x0020888"):
        content = f"event_id,{name},channel\n1,{cell},sms\n".encode()
        ((_, _, text),) = bench.read(content, "a.csv").rejects
        assert text == "1,***,sms"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_csv_with_other_marks_between_its_cells_shows_neither_device_nor_phone(
    bench: ReadingBench, mark: str
) -> None:
    content = csv_of([PERSONAL]).replace(b",", mark.encode())
    ((_, reason, text),) = bench.read(content, "a.csv").rejects
    assert (reason, text) == ("missing:event_id", "***")


def test_a_column_that_comes_twice_is_read_where_it_stands_first(bench: ReadingBench) -> None:
    head = list(record("e1"))
    rows = [[*head, "channel"], [*map(str, record("e1").values()), "sms"]]
    read = bench.read("\n".join(",".join(row) for row in rows).encode(), "a.csv")
    assert [event["channel"] for event in read.events] == ["one_click"]


def test_a_csv_without_a_required_column_rejects_every_row(bench: ReadingBench) -> None:
    read = bench.read(b"event_id,note\n1,x\n2,y\n", "a.csv")
    assert read.reasons == [(2, "missing:event_time"), (3, "missing:event_time")]


def test_a_line_longer_than_a_record_may_be_is_rejected_and_no_other(
    bench: ReadingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_BYTES", 1 << 20)
    good = lines(records(2))
    content = good + b"x" * (5 << 20) + b"\n" + b" " * (5 << 20) + b"\n" + good + b"\0" * (5 << 20)
    read = bench.read(content)
    assert (read.books.records_read, read.books.accepted) == (6, 4)
    assert read.reasons == [(3, "malformed"), (7, "malformed")]
    assert all(len(text) <= 2000 for _, _, text in read.rejects)


def test_a_csv_row_longer_than_one_may_be_is_rejected_and_no_other(
    bench: ReadingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_BYTES", 1 << 20)
    row = b"%s,2026-03-10T10:00:00+08:00,shop,qq,authorize,success\n"
    content = (
        b"event_id,event_time,app_key,channel,stage,outcome\n" + row % b"a" + b"," * (5 << 20) + b"\n" + row % b"b"
    )
    read = bench.read(content, "a.csv")
    assert (read.books.accepted, read.reasons) == (2, [(3, "malformed")])


def test_a_line_of_too_many_values_is_rejected(bench: ReadingBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "MAX_LINE_VALUES", 1000)
    many = lines([record("e1")])[:-2] + b', "x": [' + b"1," * 1000 + b"1]}\n"
    read = bench.read(many + lines([record("e2"), record("e3", x="," * 900)]))
    assert (read.books.accepted, read.reasons) == (2, [(1, "malformed")])


def test_a_header_without_end_is_none(bench: ReadingBench) -> None:
    read = bench.read(b",".join(b"n%d" % n for n in range(20_000)) + b"\n1,2\n", "a.csv")
    assert read.reasons == [(2, "malformed")]
