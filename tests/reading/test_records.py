"""The rules of a log record, one case each, and the text of a line: what is one JSON object and what is none."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from pipelines.reading.records import Accepted, Number, Rejected, Text, keyed_hash, parse_json, parse_time, read_record
from tests.reading_bench import ReadingBench, limits
from tests.support import KEY, record

LONG, TOO_LONG = "中" * 128, "中" * 129


def read(**changes: Any) -> Accepted | Rejected:
    """Reads a good record with some values changed; JSON numbers are given as `Number`."""
    return read_record(record("e1") | changes, limits())


def event(**changes: Any) -> dict[str, Any]:
    result = read(**changes)
    assert isinstance(result, Accepted), result
    return result.event


REJECTS = [
    ("missing:event_id", {"event_id": None}),
    ("invalid:event_id", {"event_id": ""}),
    ("invalid:event_id", {"event_id": TOO_LONG}),
    ("invalid:event_id", {"event_id": Number("1.0")}),
    ("invalid:event_id", {"event_id": Number("9" * 129)}),
    ("invalid:event_id", {"event_id": True}),
    ("invalid:event_id", {"event_id": ["e1"]}),
    ("missing:event_time", {"event_time": None}),
    ("invalid:event_time", {"event_time": "yesterday"}),
    ("invalid:event_time", {"event_time": "2026-02-30T10:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T24:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T10:00:00+24:00"}),
    ("invalid:event_time", {"event_time": "2026-03-10"}),
    ("invalid:event_time", {"event_time": Number("1773100800000.5")}),
    ("invalid:event_time", {"event_time": "177310080000"}),
    ("invalid:event_time", {"event_time": "2026-03-12T18:30:00.001Z"}),
    ("invalid:event_time", {"event_time": Number("9" * 30)}),
    ("too_old:event_time", {"event_time": "2025-02-02T23:59:59.999+08:00"}),
    ("too_old:event_time", {"event_time": Number("0")}),
    ("missing:app_key", {"app_key": None}),
    ("invalid:app_key", {"app_key": ""}),
    ("invalid:app_key", {"app_key": "../etc"}),
    ("invalid:app_key", {"app_key": ".hidden"}),
    ("invalid:app_key", {"app_key": "a" * 65}),
    ("invalid:app_key", {"app_key": "shop\n"}),
    ("invalid:app_key", {"app_key": "ｓｈｏｐ"}),
    ("invalid:app_key", {"app_key": Number("5")}),
    ("missing:channel", {"channel": None}),
    ("invalid:channel", {"channel": "sms"}),
    ("invalid:channel", {"channel": "WeChat"}),
    ("missing:stage", {"stage": None}),
    ("invalid:stage", {"stage": "pay"}),
    ("missing:outcome", {"outcome": None}),
    ("missing:outcome", {"outcome": None, "result_code": None}),
    ("invalid:outcome", {"outcome": "ok"}),
    ("invalid:outcome", {"outcome": "", "result_code": "600000"}),
    ("invalid:result_code", {"result_code": ["600000"]}),
    ("invalid:result_code", {"result_code": False}),
    # The first broken field, in the order of the contract, names the reason.
    ("missing:event_id", {"event_id": None, "event_time": "x", "app_key": ""}),
    ("too_old:event_time", {"event_time": Number("0"), "app_key": ""}),
    ("invalid:app_key", {"app_key": "", "channel": None, "outcome": None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "changes"), REJECTS, ids=[f"{reason}-{number}" for number, (reason, _) in enumerate(REJECTS)]
)
def test_a_broken_required_field_rejects_the_record(reason: str, changes: dict[str, Any]) -> None:
    assert read(**changes) == Rejected(reason)


KEPT = [
    ("event_id", "e" * 128, "e" * 128),
    ("event_id", LONG, LONG),
    ("event_id", Number("12345678901234567890123"), "12345678901234567890123"),
    ("event_id", Number("-7"), "-7"),
    ("event_id", " e1 ", " e1 "),
    ("app_key", "-a", "-a"),
    ("app_key", "a..b", "a..b"),
    ("result_code", Number("600000"), "600000"),
    ("result_code", Number("-4"), "-4"),
    ("result_code", Number("1.50"), "1.50"),
    ("result_code", "", ""),
    ("result_code", "c" * 300, "c" * 300),
    ("vendor", "aliyun", "aliyun"),
    ("platform", "ipad", "ipad"),
    ("scheme_id", LONG, LONG),
    ("package_name", "com.a_b-c.1", "com.a_b-c.1"),
    ("latency_ms", Number("0"), 0),
    ("latency_ms", Number("600000"), 600_000),
    ("latency_ms", Text("180"), 180),
    ("carrier", "cu_xw", "CUCC"),
    ("carrier", "Vodafone", "unknown"),
    ("sdk_version", "2.14", "2.14"),
    ("os_version", "17", "17"),
    ("attempt_id", "a", "a"),
    ("account_id", "a", "a"),
]


@pytest.mark.parametrize(("name", "given", "kept"), KEPT)
def test_a_good_value_is_kept_as_it_is(name: str, given: object, kept: object) -> None:
    result = read(**{name: given})
    assert isinstance(result, Accepted)
    assert result.event[name] == kept
    assert result.nulled == ()


NULLED = [
    ("vendor", ""), ("vendor", TOO_LONG), ("vendor", Number("1")), ("platform", "windows"), ("platform", "iOS"),
    ("platform", ""),
    ("carrier", ["CMCC"]), ("scheme_id", TOO_LONG), ("scheme_id", {}), ("package_name", "com example"),
    ("package_name", "p" * 129), ("latency_ms", Number("-1")), ("latency_ms", Number("600001")), ("latency_ms",
    Number("1.0")),
    ("latency_ms", "180"), ("latency_ms", Text("fast")), ("latency_ms", True), ("sdk_version", ""), ("os_version",
    Number("17")),
    ("attempt_id", []), ("account_id", TOO_LONG),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), NULLED)
def test_a_broken_optional_field_becomes_null_and_is_counted(name: str, given: object) -> None:
    result = read(**{name: given})
    assert isinstance(result, Accepted)
    assert result.event[name] == ("unknown" if name == "carrier" else None)
    assert result.nulled == (name,)


@pytest.mark.parametrize("name", ["device_id", "phone"])
def test_a_broken_device_or_phone_leaves_no_hash(name: str) -> None:
    result = read(**{name: TOO_LONG})
    assert isinstance(result, Accepted)
    assert (result.event["device_hash"], result.event["phone_hash"], result.event["phone_mask"]) == (None, None, None)
    assert result.nulled == (name,)


def test_where_both_outcome_and_code_are_there_both_are_kept() -> None:
    found = event(result_code="600011", outcome="timeout")
    assert (found["outcome"], found["result_code"]) == ("timeout", "600011")


def test_a_code_alone_is_enough() -> None:
    found = event(outcome=None, result_code="600000")
    assert (found["outcome"], found["result_code"]) == (None, "600000")


TIMES = [
    ("2026-03-10T10:00:00.123+08:00", "2026-03-10T02:00:00.123"),
    ("2026-03-10 10:00:00.123+08:00", "2026-03-10T02:00:00.123"),
    ("2026-03-10T02:00:00Z", "2026-03-10T02:00:00.000"),
    ("2026-03-10t02:00:00z", "2026-03-10T02:00:00.000"),
    ("2026-03-10T10:00:00", "2026-03-10T02:00:00.000"),
    ("2026-03-10T10:00:00.5", "2026-03-10T02:00:00.500"),
    ("2026-03-10T02:00:00.1239999Z", "2026-03-10T02:00:00.123"),
    ("2026-03-09T21:00:00-05:00", "2026-03-10T02:00:00.000"),
    ("2026-03-10T02:00:00-00:00", "2026-03-10T02:00:00.000"),
    (Number("1773108000123"), "2026-03-10T02:00:00.123"),
    ("1773108000123", "2026-03-10T02:00:00.123"),
]


@pytest.mark.parametrize(("given", "instant"), TIMES)
def test_a_time_is_an_instant_in_whole_milliseconds(given: object, instant: str) -> None:
    found = parse_time(given, "Asia/Shanghai")
    assert found is not None
    assert found.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") == instant


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-05T12:00:00", datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ("2026-07-05T12:00:00", datetime(2026, 7, 5, 16, tzinfo=UTC)),
        # 01:30 came twice: the first counts. 02:30 never came: read with the offset before the change.
        ("2025-11-02T01:30:00", datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),
        ("2026-03-08T02:30:00", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_of_the_sources_zone(local: str, utc: datetime) -> None:
    assert parse_time(local, "America/New_York") == utc


def test_the_ends_of_the_accepted_span_are_in_it() -> None:
    assert event(event_time="2025-02-03T00:00:00+08:00")["day"] == date(2025, 2, 3)
    assert event(event_time="2026-03-12T18:30:00Z")["day"] == date(2026, 3, 13)


def test_the_day_is_that_of_the_business_zone() -> None:
    assert event(event_time="2026-03-09T16:00:00Z")["day"] == date(2026, 3, 10)
    assert event(event_time="2026-03-09T15:59:59.999Z")["day"] == date(2026, 3, 9)


def test_device_and_phone_are_kept_as_keyed_hashes_only() -> None:
    found = event(device_id="device-1", phone="13812345678")
    digest = hmac.new(KEY.encode(), b"device-1", hashlib.sha256).digest()
    assert found["device_hash"] == UUID(bytes=digest[:16])
    assert found["phone_hash"] == keyed_hash("13812345678", KEY)
    assert found["phone_mask"] == "138****5678"
    assert "device-1" not in str(found)
    assert "13812345678" not in str(found)


def test_another_key_gives_other_hashes() -> None:
    assert keyed_hash("13812345678", KEY) != keyed_hash("13812345678", KEY + "!")
    assert keyed_hash(None, KEY) is None


OBJECT = json.dumps(record("e1"))
NO_OBJECTS = {
    "nothing": "", "text": "hello", "number": "42", "null": "null", "array": f"[{OBJECT}]", "cut": OBJECT[:-1],
    "two": OBJECT * 2,
    "comma behind": OBJECT + ",", "trailing comma": OBJECT[:-1] + ",}",
    "trailing comma, blanks": OBJECT[:-1] + "," + " " * 8 + "}",
    "trailing comma, many blanks": OBJECT[:-1] + "," + " " * 80 + "}",
    "trailing comma within": OBJECT[:-1] + ',"x":[1,]}',
    "NaN": OBJECT[:-1] + ',"x":NaN}', "Infinity": OBJECT[:-1] + ',"x":-Infinity}', "single quotes": OBJECT.replace('"',
    "'"),
    "leading zero": OBJECT[:-1] + ',"x":01}', "comment": OBJECT + " // x", "no quotes": "{a:1}",
    "raw tab": OBJECT[:-1] + ',"x":"\t"}',
    "raw NUL": OBJECT[:-1] + ',"x":"\0"}', "bad escape": OBJECT[:-1] + ',"x":"\\x41"}',
    "half a surrogate": OBJECT[:-1] + ',"x":"\\ud800"}',
    "byte order mark": "\ufeff" + OBJECT, "vertical tab": "\x0b" + OBJECT, "no-break space": "\u00a0" + OBJECT,
    "deep": "[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_a_line_that_is_no_json_object_is_none(name: str) -> None:
    assert parse_json(NO_OBJECTS[name]) is None


@pytest.mark.parametrize("name", [name for name in NO_OBJECTS if name != "nothing"])
def test_the_fast_reading_takes_none_of_them_either(bench: ReadingBench, name: str) -> None:
    # A good line before it: a byte order mark at the head of a file is no fault.
    read = bench.read(f"{OBJECT}\n{NO_OBJECTS[name]}\n".encode())
    assert read.reasons == [(2, "malformed")]
    assert len(read.events) == 1


OBJECTS = {
    "blanks": f" \t{OBJECT} \r", "escaped key": OBJECT.replace("event_id", "event_\\u0069d"),
    "pair of surrogates": OBJECT[:-1] + ',"x":"\\ud83d\\ude00"}',
    "more fields": OBJECT[:-1] + ',"x":{"event_id":"other","channel":"sms"},"Event_ID":"E"}',
    "last one counts": '{"event_id":"first",' + OBJECT[1:],
    "odd numbers": OBJECT[:-1] + ',"x":[1e400,-0.0,1E+2,' + "9" * 400 + "]}",
    "blank before colon": OBJECT.replace('":', '"\r :'),
    "deep": OBJECT[:-1] + ',"x":' + "[" * 500 + "]" * 500 + "}",
    "line of a megabyte": OBJECT[:-1] + ',"x":"' + "长" * 400_000 + '"}',
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_json_may_be_written_in_many_ways(bench: ReadingBench, name: str) -> None:
    parsed = parse_json(OBJECTS[name])
    assert parsed is not None
    assert {key: parsed[key] for key in record("e1")} == record("e1")
    read = bench.read(OBJECTS[name].encode())
    assert (read.rejects, [event["event_id"] for event in read.events]) == ([], ["e1"])


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ('"app_key"\r: 7', "invalid:app_key"),
        ('"app_key" :7', "invalid:app_key"),
        ('"stage"\t:\t1', "invalid:stage"),
        ('"outcome":  true', "invalid:outcome"),
    ],
)
def test_a_text_field_that_is_no_text_is_found_however_it_is_written(
    bench: ReadingBench, member: str, reason: str
) -> None:
    name = reason.partition(":")[2]
    rest = json.dumps({key: value for key, value in record("e1").items() if key != name})
    assert bench.read(f"{{{member},{rest[1:]}".encode()).reasons == [(1, reason)]


@pytest.mark.parametrize("content", [b"x", b"\t", b"{}", b"\n\n", b" \r\n", b'{"a":1}'])
def test_a_file_of_a_few_bytes_is_read_like_any_other(bench: ReadingBench, content: bytes) -> None:
    reasons = {b"x": "malformed", b"{}": "missing:event_id", b'{"a":1}': "missing:event_id"}
    assert bench.read(content).reasons == ([(1, reasons[content])] if content in reasons else [])


def test_minus_zero_is_the_same_number_in_both_readings(bench: ReadingBench) -> None:
    line = json.dumps(record("e1", outcome=None))[:-1] + ',"result_code":-0}'
    parsed = parse_json(line)
    assert parsed is not None
    assert parsed["result_code"] == "0"
    assert bench.read(line.encode()).event("e1")["result_code"] == "0"
