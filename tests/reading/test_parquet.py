"""Parquet with any types of columns: times, whole and fractional numbers, and types that DuckDB does not have."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.reading.files.growth import LIMITS
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.formats.packed_words import WORDS, unpacked_bytes, word_columns
from pipelines.reading.formats.parquet_process import ParquetProcess
from pipelines.reading.sources.mapping import SourceMapping
from tests.reading_bench import ReadingBench
from tests.support import as_parquet, columns_of, record, records


def parquet(**columns: pa.Array) -> bytes:
    """Return a Parquet file of good records, in which these columns are replaced."""
    rows = [record(f"e{number}") for number in range(len(next(iter(columns.values()))))]
    return as_parquet(columns_of(rows) | columns)


def test_a_nan_in_an_optional_column_becomes_null_and_is_counted(bench: ReadingBench) -> None:
    read = bench.read(parquet(latency_ms=pa.array([math.nan, None])), "a.parquet")
    assert read.rejects == []
    assert [event["latency_ms"] for event in read.events] == [None, None]
    assert read.books.nulled == {"latency_ms": 1}


def test_a_nan_in_a_required_column_names_the_field(bench: ReadingBench) -> None:
    read = bench.read(parquet(event_time=pa.array([math.nan])), "a.parquet")
    assert read.reasons == [(1, "invalid:event_time")]


def test_a_time_in_a_text_column_is_its_text(bench: ReadingBench) -> None:
    stamps = pa.array([0], pa.timestamp("us"))
    (event,) = bench.read(parquet(event_id=stamps), "a.parquet").events
    assert event["event_id"] == "1970-01-01T00:00:00.000"


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
    read = bench.read(as_parquet(columns_of([record("e1")]) | {"event_time": times}), "a.parquet")
    assert read.rejects == []
    assert read.event("e1")["event_time"] == datetime.fromisoformat("2026-03-10T02:00:00.123")


def test_a_parquet_file_that_is_left_half_read_takes_no_other_with_it(tmp_path: Path) -> None:
    process, files = ParquetProcess(), []
    for name in ("left", "next", "last"):
        full = tmp_path / f"{name}.parquet"
        full.write_bytes(as_parquet({"event_id": [f"{name} {row}" for row in range(1000)]}))
        files.append(LandedFile(full.name, full, full.stat().st_size, ""))
    # A reader that stops early, such as a failed query, may keep its iterator open while other files are read.
    left = process.batches(files[0], LIMITS, 10, 1 << 20)
    assert next(left).column(0)[0].as_py() == "left 0"
    for file in files[1:]:
        texts = [text for batch in process.batches(file, LIMITS, 10, 1 << 20) for text in batch.column(0).to_pylist()]
        assert texts == [f"{file.path.removesuffix('.parquet')} {row}" for row in range(1000)]
    assert next(left).column(0)[0].as_py() == "left 10"


LARGEST = 2**63 - 1


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_a_parquet_time_that_cannot_be_costs_its_row(bench: ReadingBench, zone: str | None, unit: str) -> None:
    good = 1_773_108_000_000 * (1000 if unit == "us" else 1)
    far = [1_773_108_000_000_000_000, 10**17, LARGEST]
    times = pa.array([good, *far, -LARGEST, -LARGEST - 1, -(10**17)], pa.timestamp(unit, zone))
    read = bench.read(as_parquet(columns_of(records(7)) | {"event_time": times}), "a.parquet")
    assert [reason for _, reason in read.reasons] == ["invalid:event_time"] * 3 + ["too_old:event_time"] * 3
    assert [line for line, _ in read.reasons] == [2, 3, 4, 5, 6, 7]
    assert read.books.accepted == 1


def test_of_nanoseconds_the_ends_are_times(bench: ReadingBench) -> None:
    times = pa.array([LARGEST, -LARGEST - 1], pa.timestamp("ns", "UTC"))
    read = bench.read(as_parquet(columns_of(records(2)) | {"event_time": times}), "a.parquet")
    assert read.reasons == [(1, "invalid:event_time"), (2, "too_old:event_time")]


def test_types_that_the_database_does_not_know_are_read(bench: ReadingBench) -> None:
    given = columns_of(records(2)) | {
        "event_id": pa.array([Decimal(10**59), Decimal(10**59 + 1)], pa.decimal256(70, 0)),
        "latency_ms": pa.array(np.array([250, 1.5], np.float16)),
    }
    read = bench.read(as_parquet(given), "a.parquet")
    assert [event["event_id"] for event in read.events] == ["1" + "0" * 59, "1" + "0" * 58 + "1"]
    assert [event["latency_ms"] for event in read.events] == [250, None]
    assert read.books.nulled == {"latency_ms": 1}


WHOLE = {
    "event_id": ([1.0, 2.0, 3.0], ["1", "2", "3"]),
    "event_time": ([1773108000123.0] * 3, [datetime.fromisoformat("2026-03-10T02:00:00.123")] * 3),
    "result_code": ([600000.0, -4.0, -0.0], ["600000", "-4", "0"]),
    "latency_ms": ([250.0, 0.0, 600000.0], [250, 0, 600000]),
}


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.decimal128(38, 10), pa.decimal128(20, 0), pa.decimal256(60, 10)], ids=str
)
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_in_a_column_of_fractions_is_that_number(
    bench: ReadingBench, name: str, kind: pa.DataType
) -> None:
    numbers, wanted = WHOLE[name]
    values = pa.array(numbers if kind == pa.float64() else [Decimal(int(number)) for number in numbers], kind)
    read = bench.read(as_parquet(columns_of(records(3)) | {name: values}), "a.parquet")
    assert (read.rejects, read.books.nulled) == ([], {})
    assert [event[name] for event in read.events] == wanted


def test_a_whole_number_in_a_float_column_is_so_for_a_mapping_too(bench: ReadingBench) -> None:
    fields = {name: name for name in record("e1")} | {"latency_ms": "cost", "result_code": "code"}
    mapping = SourceMapping(name="floats", files=("*",), fields=fields)
    for kind in (pa.float64(), pa.decimal128(20, 1)):
        numbers = {name: pa.array([Decimal(text)]).cast(kind) for name, text in (("cost", "250.0"), ("code", "1.5"))}
        event = bench.read(as_parquet(columns_of([record("e1")]) | numbers), "a.parquet", mapping).event("e1")
        assert (event["latency_ms"], event["result_code"]) == (250, "1.5")


def test_another_number_in_a_float_column_is_no_whole_one(bench: ReadingBench) -> None:
    given = columns_of(records(3)) | {
        "latency_ms": pa.array([250.5, math.inf, 1e300]), "result_code": pa.array([1.5, 600000.25, 1e300])
    }  # fmt: skip
    read = bench.read(as_parquet(given), "a.parquet")
    assert [event["result_code"] for event in read.events] == ["1.5", "600000.25", "1e+300"]
    assert read.books.nulled == {"latency_ms": 3}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([True]), "true"),
        (pa.array([[1, None]]), "[1,null]"),
        (pa.array([{"a": "x"}]), '{"a":"x"}'),
        (pa.array([b"bytes"], pa.binary()), "bytes"),
        (pa.array(["商城".encode()], pa.binary_view()), "商城"),
        (pa.array([Decimal("7.50")]), "7.50"),
        (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
    ],
    ids=str,
)
def test_a_value_of_any_type_is_its_text(bench: ReadingBench, values: pa.Array, text: str) -> None:
    (event,) = bench.read(parquet(event_id=values), "a.parquet").events
    assert event["event_id"] == text


def test_a_column_whose_name_differs_in_case_is_another_one(bench: ReadingBench) -> None:
    content = as_parquet({"Event_ID": ["x"]} | columns_of(records(1)) | {"event_Time": ["x"]})
    assert [event["event_id"] for event in bench.read(content, "a.parquet").events] == ["e0310-0"]


def test_bytes_that_are_no_utf_8_break_the_rule(bench: ReadingBench) -> None:
    assert bench.read(parquet(event_id=pa.array([b"\xff"])), "a.parquet").reasons == [(1, "invalid:event_id")]


def test_a_rejected_parquet_row_is_reported_by_its_number(bench: ReadingBench) -> None:
    rows = [record("e1"), record("e2", channel="fax"), record("e3", stage=None)]
    read = bench.read(as_parquet(columns_of(rows)), "a.parquet")
    assert read.reasons == [(2, "invalid:channel"), (3, "missing:stage")]
    assert '"event_id":"e2"' in read.rejects[0][2].replace(" ", "")


@pytest.mark.parametrize(
    ("zone", "text"), [("America/New_York", "2026-03-10T02:00:00.123Z"), (None, "2026-03-10T02:00:00.123")]
)
def test_a_rejected_row_shows_its_time_as_a_text(bench: ReadingBench, zone: str | None, text: str) -> None:
    times = pa.array([1773108000123999], pa.timestamp("us", zone))
    ((_, _, masked),) = bench.read(
        as_parquet(columns_of([record("e1", channel="fax")]) | {"event_time": times}), "a.parquet"
    ).rejects
    assert json.loads(masked)["event_time"] == text


def test_a_missing_time_in_a_column_of_times_is_missing(bench: ReadingBench) -> None:
    times = pa.array([None, 1773108000123], pa.timestamp("ms", "UTC"))
    read = bench.read(as_parquet(columns_of(records(2)) | {"event_time": times}), "a.parquet")
    assert read.reasons == [(1, "missing:event_time")]


def test_an_expression_sees_a_typed_time_as_a_text(bench: ReadingBench) -> None:
    times = pa.array([1773108000123, 1773194400123], pa.timestamp("ms", "UTC"))
    mapping = SourceMapping(name="one_day", files=("*",), where="event_time LIKE '2026-03-10T%'")
    read = bench.read(as_parquet(columns_of(records(2)) | {"event_time": times}), "a.parquet", mapping)
    assert (read.books.accepted, read.books.skipped) == (1, 1)


def test_words_of_several_dictionaries_stay_with_their_rows(bench: ReadingBench) -> None:
    """Each row group has a dictionary with other words; they are joined when the column is read."""
    rows = 3000
    codes = [None if row % 7 == 0 else f"{row // 1000}-{row % 3}" for row in range(rows)]
    columns = columns_of(records(rows)) | {"result_code": codes, "event_id": [f"{row:05}" for row in range(rows)]}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=1000)
    assert "result_code" in word_columns(pq.read_metadata(sink))
    read = bench.read(sink.getvalue(), "a.parquet")
    assert [event["result_code"] for event in read.events] == codes


def test_a_batch_of_long_words_is_cut_by_what_it_unpacks_to(tmp_path: Path) -> None:
    rows, most = 4000, 1 << 20
    texts = ["x" * 1000 if row % 2 else "y" for row in range(rows)]
    full = tmp_path / "a.parquet"
    full.write_bytes(as_parquet({"event_id": texts}))
    file = LandedFile(full.name, full, full.stat().st_size, "")
    batches = list(ParquetProcess().batches(file, LIMITS, rows, most))
    assert [text for batch in batches for text in batch.column(0).to_pylist()] == texts
    assert batches[0].schema.types == [WORDS]
    assert max(map(unpacked_bytes, batches)) < most * 1.5


def test_a_row_group_of_a_few_rows_too_many_is_one_batch(tmp_path: Path) -> None:
    full = tmp_path / "a.parquet"
    full.write_bytes(as_parquet({"event_id": [str(row) for row in range(1010)]}))
    file = LandedFile(full.name, full, full.stat().st_size, "")
    assert [len(batch) for batch in ParquetProcess().batches(file, LIMITS, 1000, 1 << 20)] == [1010]
    assert [len(batch) for batch in ParquetProcess().batches(file, LIMITS, 500, 1 << 20)] == [505, 505]
