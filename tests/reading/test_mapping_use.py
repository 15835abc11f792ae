"""Faults of a source mapping that are detected from the records of a file."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.mapping_use import fault_words, mapping_faults
from pipelines.reading.sources.sources import load_sources
from tests.reading_bench import ReadingBench
from tests.support import DataFolder, Row, as_csv, as_parquet, lines, record, records

SAME = {name: name for name in record("e1")}
RAW = [row | {"cost": "12ms", "dev": "D1", "os": "x" if n else None} for n, row in enumerate(records(4))]
EACH_FORMAT = pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])


def faults(bench: ReadingBench, kind: str, rows: list[Row], where: str | None = None, **fields: str) -> list[str]:
    """Return the faults of a mapping that are found in a file with these rows, in the format `kind`.

    `fields` replace expressions of a correct mapping.
    """
    mapping = SourceMapping(name="x", files=("*",), where=where, fields=SAME | fields)
    names = list(dict.fromkeys(name for row in rows for name in row))
    content = {
        "ndjson": lambda: lines(rows),
        "csv": lambda: as_csv(rows, names),
        "parquet": lambda: as_parquet({name: [row.get(name) for row in rows] for name in names}),
    }[kind]()
    return mapping_faults(mapping, bench.read(content, f"a.{kind}", mapping).books)


@EACH_FORMAT
def test_a_sound_mapping_has_no_fault(bench: ReadingBench, kind: str) -> None:
    sound: dict[str, Any] = {"latency_ms": "replace(cost, 'ms', '')", "device_id": "dev", "os_version": "os"}
    assert faults(bench, kind, RAW, "stage = 'authorize'", **sound) == []


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"device_id": "devv"}, ["column devv", "empty device_id"]),
    ({"device_id": "nullif(dev, 'D1')"}, ["empty device_id"]),
    ({"latency_ms": "cost::INTEGER"}, ["failed latency_ms"]),
    ({"device_id": "CASE WHEN os = 'x' THEN dev ELSE devv END"}, ["column devv"]),
    # A missing column may have a fallback, if one of the two exists.
    ({"device_id": "coalesce(devv, dev)"}, []),
    ({"device_id": "lower(coalesce(devv, trim(dev)))", "vendor": "coalesce(devv, 'x')"}, []),
    ({"device_id": "coalesce(devv, device)"}, ["column device", "column devv", "empty device_id"]),
    ({"where": "kind = 'login'"}, ["column kind", "where"]),
    ({"where": "stage = 'ping'", "device_id": "nullif(dev, 'D1')"}, ["where"]),
    ({"where": "cost::INTEGER > 1"}, ["where_fails"]),
    ({"where": "CASE os WHEN 'x' THEN cost::INTEGER > 1 ELSE true END"}, ["often where"]),
    ({"latency_ms": "CASE os WHEN 'x' THEN cost::INTEGER ELSE '12' END"}, ["often latency_ms"]),
    ({"event_id": "CASE os WHEN 'x' THEN cost::INTEGER::VARCHAR ELSE event_id END"}, ["often event_id"]),
    # A condition that half of the records meet is no fault.
    ({"where": "os = 'x'"}, []),
]


# The first faults, and a missing column of a `where`, depend on the format; all others do not.
@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [("ndjson", *fault) for fault in FAULTS]
    + [(kind, *fault) for kind in ("csv", "parquet") for fault in (*FAULTS[:5], FAULTS[7])],
)
def test_what_no_record_gives_is_a_fault(
    bench: ReadingBench, kind: str, asked: dict[str, str], found: list[str]
) -> None:
    assert faults(bench, kind, RAW, **asked) == found


def test_a_pattern_that_never_matches_is_not_said_to_fail(bench: ReadingBench) -> None:
    """The pattern gives an empty text, which no field may have, so it is counted like an expression that fails."""
    (fault,) = faults(bench, "ndjson", RAW, device_id="regexp_extract(dev, 'x(.)', 1)")
    words = fault_words(fault)
    assert words.en == "the expression of device_id gives no record a value: it fails, or its text is empty"
    assert words.zh == "device_id 的表达式出错或结果为空文本，没有记录得到值"


def test_an_expression_that_fails_on_half_of_the_records_is_counted(bench: ReadingBench) -> None:
    rows = [{"id": f"e{n}", "cost": "slow" if n % 2 else "12"} | row for n, row in enumerate(records(6))]
    mapping = SourceMapping(name="x", files=("*",), fields=SAME | {"latency_ms": "cost::INTEGER"})
    read = bench.read(lines(rows), mapping=mapping)
    assert (read.books.accepted, dict(read.books.nulled)) == (6, {"latency_ms": 3})
    broken = SourceMapping(name="x", files=("*",), fields=SAME | {"event_id": "cost::INTEGER::VARCHAR || id"})
    assert bench.read(lines(rows), mapping=broken).reasons == [(line, "invalid:event_id") for line in (2, 4, 6)]
    failing = SourceMapping(name="x", files=("*",), where="cost::INTEGER > 0", fields=SAME)
    read = bench.read(lines(rows), mapping=failing)
    assert read.reasons == [(line, "invalid:where") for line in (2, 4, 6)]
    assert read.books.skipped == 0


@pytest.mark.parametrize(("failing", "found"), [(9, []), (10, ["often latency_ms"])])
def test_an_expression_that_fails_on_a_stray_value_is_no_fault(
    bench: ReadingBench, failing: int, found: list[str]
) -> None:
    rows = [row | {"cost": "slow" if n < failing else "12"} for n, row in enumerate(records(100))]
    assert faults(bench, "ndjson", rows, latency_ms="cost::INTEGER") == found


def test_each_file_of_a_part_has_its_own_faults(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", fields=SAME | {"device_id": "dev"})
    books = bench.read_together([lines(RAW), lines(records(2)), b"", b"no json\n", lines(RAW)], mapping)
    assert [mapping_faults(mapping, of_file) for of_file in books] == [
        [], ["column dev", "empty device_id"], [], [], [],
    ]  # fmt: skip


DOUBT = {"appKey": "shop", "time": 1773115200000, "code": "600000"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([DOUBT], ["doubt authorizations"]),
        ([DOUBT, DOUBT | {"platform": "Android"}, DOUBT | {"code": "600011", "token": "t"}], ["doubt authorizations"]),
        ([DOUBT, DOUBT | {"token": "t"}], []),
        ([DOUBT, DOUBT | {"callback": {"token": "t"}}], []),
        ([DOUBT, DOUBT | {"method": "getLoginTokenWithTimeout"}], []),
        ([DOUBT, DOUBT | {"stage": "authorize"}], []),
        ([DOUBT | {"platform": "android"}, DOUBT | {"code": "600001"}], ["doubt authorizations"]),
        ([DOUBT | {"code": "600011"}, DOUBT | {"code": "600001"}], []),
    ],
)
def test_authorizations_that_may_be_checks_are_a_fault(
    bench: ReadingBench, folder: DataFolder, rows: list[Row], found: list[str]
) -> None:
    mapping = load_sources(folder.root).named("umeng_sdk")
    assert mapping_faults(mapping, bench.read(lines(rows), mapping=mapping).books) == found


def test_what_a_shipped_mapping_names_need_not_be_there(bench: ReadingBench, folder: DataFolder) -> None:
    for mapping in load_sources(folder.root).mappings:
        assert mapping.is_shipped
        read = bench.read(lines([{"appKey": "shop", "code": "600011", "url": "mobile/info"}]), mapping=mapping)
        assert mapping_faults(mapping, read.books) == []


@EACH_FORMAT
def test_a_where_counts_without_fields(bench: ReadingBench, kind: str) -> None:
    rows = [*records(3), record("x", kind="ping", device_id="D1", stage="login")]
    mapping = SourceMapping(name="x", files=("*",), where="kind IS NULL AND stage <> 'login'")
    names = list(dict.fromkeys(name for row in rows for name in row))
    content = {
        "ndjson": lines(rows),
        "csv": as_csv(rows, names),
        "parquet": as_parquet({name: [row.get(name) for row in rows] for name in names}),
    }[kind]
    read = bench.read(content, f"a.{kind}", mapping)
    assert (read.books.accepted, read.books.skipped, read.rejects) == (3, 1, [])
    assert read.events == bench.read(lines(records(3))).events


@pytest.mark.parametrize(
    "fault",
    [
        "column a\nb",
        "empty device_id",
        "failed latency_ms",
        "often latency_ms",
        "where",
        "unwrap",
        "doubt authorizations",
    ],
)
def test_a_fault_has_words_in_both_languages(fault: str) -> None:
    words = fault_words(fault)
    assert words.en != words.zh
    assert "\n" not in words.en + words.zh
