"""The rules of a log record, one case each. They apply to the text of a value, in every format."""

from __future__ import annotations

import hmac
import pickle
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pipelines.common.project import PROJECT
from pipelines.reading.reading import Reading
from tests.reading_bench import ReadFile, ReadingBench, limits
from tests.support import KEY, Row, as_csv, as_parquet, columns_of, lines, record

LONG, TOO_LONG = "中" * 128, "中" * 129


def read(bench: ReadingBench, **changes: Any) -> ReadFile:
    """Read a good record in which some values are changed; None removes a field."""
    return read_all(bench, [changes])


def read_all(bench: ReadingBench, cases: list[dict[str, Any]]) -> ReadFile:
    """Read a file with a line for each case: a good record with these changes; None removes a field."""
    rows = (record(f"e{number}") | changes for number, changes in enumerate(cases, 1))
    return bench.read(lines({name: value for name, value in row.items() if value is not None} for row in rows))


def event(bench: ReadingBench, **changes: Any) -> Row:
    found = read(bench, **changes)
    assert found.rejects == []
    return found.events[0]


REJECTS = [
    ("missing:event_id", {"event_id": None}),
    ("invalid:event_id", {"event_id": ""}),
    ("invalid:event_id", {"event_id": TOO_LONG}),
    ("invalid:event_id", {"event_id": int("9" * 129)}),
    ("missing:event_time", {"event_time": None}),
    ("invalid:event_time", {"event_time": "yesterday"}),
    ("invalid:event_time", {"event_time": "2026-02-30T10:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T24:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T10:00:00+24:00"}),
    ("invalid:event_time", {"event_time": "2026-03-10"}),
    ("invalid:event_time", {"event_time": 0}),
    ("invalid:event_time", {"event_time": True}),
    ("invalid:event_time", {"event_time": [1773100800000]}),
    ("invalid:event_time", {"event_time": "177310080000"}),
    ("invalid:event_time", {"event_time": "17731008000000"}),
    ("invalid:event_time", {"event_time": "-1773100800000"}),
    ("invalid:event_time", {"event_time": "1773100800."}),
    ("invalid:event_time", {"event_time": "1.7731008e12"}),
    ("invalid:event_time", {"event_time": " 1773100800"}),
    ("invalid:event_time", {"event_time": "１７７３１００８００"}),
    ("invalid:event_time", {"event_time": "2026-03-12T18:30:00.001Z"}),
    ("invalid:event_time", {"event_time": 10**30}),
    ("too_old:event_time", {"event_time": "2025-02-02T23:59:59.999+08:00"}),
    ("too_old:event_time", {"event_time": "0000000000"}),
    ("missing:app_key", {"app_key": None}),
    ("invalid:app_key", {"app_key": ""}),
    ("invalid:app_key", {"app_key": "../etc"}),
    ("invalid:app_key", {"app_key": ".hidden"}),
    ("invalid:app_key", {"app_key": "a" * 65}),
    ("invalid:app_key", {"app_key": "shop\n"}),
    ("invalid:app_key", {"app_key": "shop\0"}),
    ("invalid:app_key", {"app_key": "ｓｈｏｐ"}),
    ("invalid:app_key", {"app_key": ["shop"]}),
    ("missing:channel", {"channel": None}),
    ("invalid:channel", {"channel": "fax"}),
    ("invalid:channel", {"channel": "WeChat"}),
    ("missing:stage", {"stage": None}),
    ("invalid:stage", {"stage": "pay"}),
    ("invalid:stage", {"stage": 1}),
    ("missing:outcome", {"outcome": None}),
    ("missing:outcome", {"outcome": None, "result_code": None}),
    ("invalid:outcome", {"outcome": "ok"}),
    ("invalid:outcome", {"outcome": True}),
    ("invalid:outcome", {"outcome": "", "result_code": "600000"}),
    ("invalid:result_code", {"result_code": ""}),
    ("invalid:result_code", {"result_code": TOO_LONG}),
    # The first broken field, in the order of the contract, names the reason.
    ("missing:event_id", {"event_id": None, "event_time": "x", "app_key": ""}),
    ("too_old:event_time", {"event_time": "0000000000", "app_key": ""}),
    ("invalid:app_key", {"app_key": "", "channel": None, "outcome": None}),
    ("invalid:outcome", {"outcome": "ok", "result_code": ""}),
]  # fmt: skip


def test_a_broken_required_field_rejects_the_record(bench: ReadingBench) -> None:
    found = read_all(bench, [changes for _, changes in REJECTS])
    reasons = dict(found.reasons)
    assert [(reasons.get(line), changes) for line, (_, changes) in enumerate(REJECTS, 1)] == REJECTS
    assert found.books.accepted == 0


KEPT = [
    ("event_id", "e" * 128, "e" * 128),
    ("event_id", LONG, LONG),
    ("event_id", 12345678901234567890123, "12345678901234567890123"),
    ("event_id", -7, "-7"),
    ("event_id", 1.5, "1.5"),
    ("event_id", True, "true"),
    ("event_id", ["e1", {"a": None}], '["e1",{"a":null}]'),
    ("event_id", " e1 ", " e1 "),
    ("event_id", "e\0", "e\0"),
    ("app_key", "-a", "-a"),
    ("app_key", "a..b", "a..b"),
    ("app_key", 123, "123"),
    ("app_key", False, "false"),
    ("result_code", 600000, "600000"),
    ("result_code", -4, "-4"),
    ("result_code", 7.0, "7.0"),
    ("result_code", False, "false"),
    ("result_code", ["600000"], '["600000"]'),
    ("result_code", LONG, LONG),
    ("vendor", "aliyun", "aliyun"),
    ("vendor", 1, "1"),
    ("platform", "ipad", "ipad"),
    ("carrier", "cu_xw", "cu_xw"),
    ("carrier", "Vodafone", "Vodafone"),
    ("carrier", ["CMCC"], '["CMCC"]'),
    ("scheme_id", LONG, LONG),
    ("scheme_id", {}, "{}"),
    ("package_name", "com.a_b-c.1", "com.a_b-c.1"),
    ("package_name", 1.5, "1.5"),
    ("phone_mask", 13812345678, "138****5678"),
    ("latency_ms", 0, 0),
    ("latency_ms", 600000, 600_000),
    ("latency_ms", 180.0, 180),
    ("latency_ms", "180", 180),
    ("latency_ms", "180.0", 180),
    ("latency_ms", "00180", 180),
    ("sdk_version", "2.14", "2.14"),
    ("os_version", 17, "17"),
    ("attempt_id", [], "[]"),
    ("account_id", "a", "a"),
]


def test_a_good_value_is_kept_as_its_text(bench: ReadingBench) -> None:
    found = read_all(bench, [{name.removesuffix("_mask"): given} for name, given, _ in KEPT])
    assert (found.rejects, found.books.nulled) == ([], {})
    ids = [kept if name == "event_id" else f"e{number}" for number, (name, _, kept) in enumerate(KEPT, 1)]
    by_id = {event["event_id"]: event for event in found.events}
    assert by_id.keys() == set(ids)
    assert [(name, given, by_id[one][name]) for one, (name, given, _) in zip(ids, KEPT, strict=True)] == KEPT


NULLED = [
    ("vendor", ""), ("vendor", TOO_LONG), ("platform", "windows"), ("platform", "iOS"), ("platform", ""),
    ("scheme_id", TOO_LONG), ("package_name", "com example"), ("package_name", "p" * 129), ("package_name", {}),
    ("latency_ms", -1), ("latency_ms", 600001), ("latency_ms", 180.5), ("latency_ms", "600000.5"),
    ("latency_ms", "1e2"), ("latency_ms", "180."), ("latency_ms", " 180"), ("latency_ms", "１８０"),
    ("latency_ms", "fast"), ("latency_ms", True), ("latency_ms", 10**30), ("sdk_version", ""), ("os_version", ""),
    ("attempt_id", TOO_LONG), ("account_id", TOO_LONG),
]  # fmt: skip


def test_a_broken_optional_field_becomes_null_and_is_counted(bench: ReadingBench) -> None:
    found = read_all(bench, [{name: given} for name, given in NULLED])
    assert [case for number, case in enumerate(NULLED, 1) if found.event(f"e{number}")[case[0]] is not None] == []
    assert found.books.nulled == Counter(name for name, _ in NULLED)


@pytest.mark.parametrize("word", ["", TOO_LONG])
def test_any_text_of_a_carrier_is_kept_because_copies_compare_it(bench: ReadingBench, word: str) -> None:
    found = read(bench, carrier=word)
    assert (found.event("e1")["carrier"], found.books.nulled) == (word, {})


@pytest.mark.parametrize("name", ["device_id", "phone"])
def test_a_broken_device_or_phone_leaves_no_hash(bench: ReadingBench, name: str) -> None:
    found = read(bench, **{name: TOO_LONG})
    hashes = [found.event("e1")[column] for column in ("device_hash", "phone_hash", "phone_mask")]
    assert (hashes, found.books.nulled) == ([None, None, None], {name: 1})


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_text_is_read_alike_in_every_format(bench: ReadingBench, form: str) -> None:
    changed = [changes for _, changes in REJECTS] + [{name: given} for name, given, _ in KEPT]
    changed += [{name: given} for name, given in NULLED]
    # Only texts are compared: an empty cell is a missing value, and CSV cannot contain NUL.
    texts = [c for c in changed if all(isinstance(v, str) and v and "\0" not in v for v in c.values())]
    rows = [record(**{"event_id": f"e{number}", "os_version": f"{number}"} | c) for number, c in enumerate(texts)]
    assert len(rows) > 50

    def as_read(content: bytes, name: str) -> tuple[list[Row], list[str], dict[str, int]]:
        found = bench.read(content, name)
        events = [{name: value for name, value in one.items() if name != "line"} for one in found.events]
        return events, [reason for _, reason in found.reasons], dict(found.books.nulled)

    written = as_csv(rows) if form == "csv" else as_parquet(columns_of(rows))
    assert as_read(written, f"a.{form}") == as_read(lines(rows), "a.ndjson")


def test_where_both_outcome_and_code_are_there_both_are_kept(bench: ReadingBench) -> None:
    found = event(bench, result_code="600011", outcome="timeout")
    assert (found["outcome"], found["result_code"]) == ("timeout", "600011")


def test_a_code_alone_is_enough(bench: ReadingBench) -> None:
    found = event(bench, outcome=None, result_code="600000")
    assert (found["outcome"], found["result_code"]) == (None, "600000")


TIMES = [
    ("2026-03-10T10:00:00.123+08:00", "02:00:00.123"),
    ("2026-03-10 10:00:00.123+08:00", "02:00:00.123"),
    ("2026-03-10T02:00:00Z", "02:00:00.000"),
    ("2026-03-10t02:00:00z", "02:00:00.000"),
    ("2026-03-10T10:00:00", "02:00:00.000"),
    ("2026-03-10T10:00:00.5", "02:00:00.500"),
    ("2026-03-10T02:00:00.1239999Z", "02:00:00.123"),
    ("2026-03-10T02:00:00.123999999999Z", "02:00:00.123"),
    ("2026-03-09T21:00:00-05:00", "02:00:00.000"),
    ("2026-03-10T02:00:00-00:00", "02:00:00.000"),
    (1773108000123, "02:00:00.123"),
    ("1773108000123", "02:00:00.123"),
    (1773108000123.5, "02:00:00.123"),
    ("1773108000123.9999", "02:00:00.123"),
    (1773108000, "02:00:00.000"),
    ("1773108000", "02:00:00.000"),
    (1773108000.25, "02:00:00.250"),
    ("1773108000.1239", "02:00:00.123"),
    ("1773108000.5", "02:00:00.500"),
]


def test_a_time_is_an_instant_in_whole_milliseconds(bench: ReadingBench) -> None:
    found = read_all(bench, [{"event_time": given} for given, _ in TIMES])
    times = [found.event(f"e{number}")["event_time"] for number in range(1, len(TIMES) + 1)]
    assert [
        (given, time.isoformat(timespec="microseconds")) for (given, _), time in zip(TIMES, times, strict=True)
    ] == [(given, f"2026-03-10T{clock}000") for given, clock in TIMES]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("America/New_York", "2026-01-05T12:00:00", "2026-01-05T17:00:00"),
        ("America/New_York", "2025-07-05T12:00:00", "2025-07-05T16:00:00"),
        # 01:30 came twice: the first counts. 02:30 never came: read with the offset before the change.
        ("America/New_York", "2025-11-02T01:30:00", "2025-11-02T05:30:00"),
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00"),
        # Half an hour came twice, and two hours.
        ("Australia/Lord_Howe", "2025-04-06T01:45:00", "2025-04-05T14:45:00"),
        ("Antarctica/Troll", "2025-10-26T01:15:00", "2025-10-25T23:15:00"),
    ],
)
def test_a_time_without_offset_is_of_the_sources_zone(bench: ReadingBench, zone: str, local: str, utc: str) -> None:
    column = columns_of([record("e1")])
    column["event_time"] = [datetime.fromisoformat(local)]
    for content, name in ((lines([record("e1", event_time=local)]), "a.ndjson"), (as_parquet(column), "a.parquet")):
        found = bench.read(content, name, reading=limits(source_zone=zone))
        assert found.event("e1")["event_time"] == datetime.fromisoformat(utc)


def test_the_ends_of_the_accepted_span_are_in_it(bench: ReadingBench) -> None:
    assert event(bench, event_time="2025-02-03T00:00:00+08:00")["day"] == date(2025, 2, 3)
    assert event(bench, event_time="2026-03-12T18:30:00Z")["day"] == date(2026, 3, 13)


def test_the_day_is_that_of_the_business_zone(bench: ReadingBench) -> None:
    assert event(bench, event_time="2026-03-09T16:00:00Z")["day"] == date(2026, 3, 10)
    assert event(bench, event_time="2026-03-09T15:59:59.999Z")["day"] == date(2026, 3, 9)


@pytest.mark.parametrize(
    "zone", ["Africa/Casablanca", "America/Edmonton", "America/Havana", "America/Winnipeg", "Europe/Berlin"]
)
def test_the_days_of_records_are_those_of_the_calendar(bench: ReadingBench, zone: str) -> None:
    """DuckDB has its own time zone tables, whose version differs from the system's. Four of these zones change in
    autumn 2026.
    """
    instants = [datetime(2026, 9, 15, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(48 * 60)]
    local = [instant.astimezone(ZoneInfo(zone)) for instant in instants]
    rows = [record(f"e{n}", event_time=instant.isoformat()) for n, instant in enumerate(instants)]
    # A local time that occurs twice is left out.
    rows += [record(f"l{n}", event_time=f"{time:%Y-%m-%dT%H:%M:%S}") for n, time in enumerate(local) if not time.fold]
    reading = Reading.of_zones(zone, zone, instants[0] - timedelta(days=400), instants[-1])
    found = bench.read(lines(rows), reading=reading)
    assert {one["event_id"]: (one["event_time"], one["day"]) for one in found.events} == {
        row["event_id"]: (instants[number].replace(tzinfo=None), local[number].date())
        for row in rows
        for number in [int(row["event_id"][1:])]
    }


def test_a_process_with_another_tz_database_reads_by_the_offsets_in_its_request(tmp_path: Path) -> None:
    """An executor of a cluster may have another version of the tz database than the driver."""
    reading = limits("America/New_York", "America/New_York")
    (tmp_path / "America").mkdir()
    (tmp_path / "America/New_York").write_bytes((files("tzdata") / "zoneinfo/UTC").read_bytes())
    script = "import pickle, sys; print(pickle.load(sys.stdin.buffer).parameters)"
    there = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(reading), env={"PYTHONTZPATH": str(tmp_path)}, cwd=PROJECT, capture_output=True, check=True,
    )  # fmt: skip
    assert there.stdout.decode().strip() == str(reading.parameters)


def test_device_and_phone_are_kept_as_keyed_hashes_only(bench: ReadingBench) -> None:
    found = event(bench, device_id="device-1", phone="13812345678")
    for column, given in (("device_hash", b"device-1"), ("phone_hash", b"13812345678")):
        assert found[column] == UUID(bytes=hmac.digest(KEY.encode(), given, "sha256")[:16])
        assert given.decode() not in str(found)
    assert found["phone_mask"] == "138****5678"
