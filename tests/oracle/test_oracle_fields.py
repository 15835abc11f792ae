"""Lines of JSON whose record, or the reason why they are none, is written beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.oracle import raw_rows, records
from tests.oracle.by_hand import AS_OF, GOOD, LIMITS, NOON_MS, ndjson, read

REASONS = [
    ({"event_id": None, "app_key": None}, "missing:event_id"),
    ({"event_id": ""}, "invalid:event_id"),
    ({"event_id": "语" * 129}, "invalid:event_id"),
    ({"event_time": "2026-02-30T00:00:00Z"}, "invalid:event_time"),
    ({"event_time": "2026-03-10"}, "invalid:event_time"),
    ({"event_time": "2026-03-10T12:00:00+0800"}, "invalid:event_time"),
    ({"event_time": "2026-03-13T12:00:00.001+08:00"}, "invalid:event_time"),
    ({"event_time": "177311520000"}, "invalid:event_time"),
    ({"event_time": "1773115200."}, "invalid:event_time"),
    ({"event_time": "-1773115200"}, "invalid:event_time"),
    ({"event_time": "1.7731152e12"}, "invalid:event_time"),
    ({"event_time": 0}, "invalid:event_time"),
    ({"event_time": True}, "invalid:event_time"),
    ({"event_time": "0000000000"}, "too_old:event_time"),
    ({"event_time": "2025-02-02T23:59:59.999"}, "too_old:event_time"),
    ({"app_key": "app\n"}, "invalid:app_key"),
    ({"app_key": ".app"}, "invalid:app_key"),
    ({"app_key": ["app"]}, "invalid:app_key"),
    ({"channel": "One_click", "stage": "x"}, "invalid:channel"),
    ({"stage": 1}, "invalid:stage"),
    ({"outcome": None}, "missing:outcome"),
    ({"outcome": "ok", "result_code": "600000"}, "invalid:outcome"),
    ({"result_code": ""}, "invalid:result_code"),
    ({"result_code": "6" * 129}, "invalid:result_code"),
]


@pytest.mark.parametrize(("change", "reason"), REASONS)
def test_reason_of_the_first_broken_field(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    found = read(tmp_path, "a.ndjson", ndjson(GOOD, {**GOOD, **change}))
    assert found.rejects == [records.Reject("a.ndjson", 2, reason)]
    assert found.files == [records.Books("a.ndjson", "read", 2, 1, 1, 0)]


@pytest.mark.parametrize(
    ("event_time", "ms"),
    [
        (NOON_MS, NOON_MS),
        (str(NOON_MS), NOON_MS),
        (f"{NOON_MS}.999", NOON_MS),
        (NOON_MS + 0.5, NOON_MS),
        (NOON_MS // 1000, NOON_MS),
        (NOON_MS // 1000 + 0.25, NOON_MS + 250),
        ("1773115200.0019", NOON_MS + 1),
        ("2026-03-10T12:00:00", NOON_MS),
        ("2026-03-10t04:00:00.9999z", NOON_MS + 999),
        ("2026-03-09 20:30:00.05-07:30", NOON_MS + 50),
        ("2025-02-03T00:00:00+08:00", NOON_MS - 400 * records.DAY_MS - 43_200_000),
        ("2026-03-13T12:00:00+08:00", NOON_MS + 3 * records.DAY_MS),
    ],
)
def test_times(tmp_path: Path, event_time: object, ms: int) -> None:
    found = read(tmp_path, "a.ndjson", ndjson({**GOOD, "event_time": event_time}))
    assert [record.event_ms for record in found.records] == [ms]


# What stands behind the colon, and the text that it is.
TEXTS = [
    ('"a"', "a"), ('"a\\u0041\\/\\n"', "aA/\n"), ('"\\ud83d\\ude00"', "😀"), ('"a\\u0000b"', "a\0b"), ('" "', " "),
    ("123", "123"), ("-5", "-5"), ("-0", "0"), ("9" * 30, "9" * 30), ("1.50", "1.5"), ("7.0", "7.0"), ("-0.0", "-0.0"),
    ("1e5", "100000.0"), ("1E-7", "1e-07"), ("1e400", "1e400"), ("0.30000000000000004", "0.30000000000000004"),
    ("true", "true"), ("false", "false"), ("NaN", "NaN"), ("-Infinity", "-Infinity"),
    ("[]", "[]"), ("{ }", "{}"), ('[ 1.50 , "é" , null,]', '[1.5,"é",null]'),
    ('{"b" : [ true ], "a":{"\\u0061":"\\"\\/"}, "a":-0 }', '{"b":[true],"a":{"a":"\\"/"},"a":0}'),
]  # fmt: skip


@pytest.mark.parametrize(("written", "text"), TEXTS)
def test_the_text_of_a_json_value(tmp_path: Path, written: str, text: str) -> None:
    rest = json.dumps(GOOD | {"event_id": "again"})
    found = read(tmp_path, "a.ndjson", f'{{"event_id":{written},{rest[1:]}'.encode())
    assert [record.event_id for record in found.records] == [text]


# A line, and which of `first` and `last` its record is; or why it is none.
REST = json.dumps({name: value for name, value in GOOD.items() if name != "event_id"})[1:-1]
LINES = [
    ('{"event_id":"first","event_id":"last",%s}', "first"),
    ('{"\\u0065vent_id":"first","event_id":"last",%s}', "first"),
    ('{"Event_id":"first","event_id ":"first","event_id":"last",%s}', "last"),
    ('{"x":{"event_id":"first"},"event_id":"last",%s}', "last"),
    ('{"event_id":"first",%s,}', "first"),
    ('{"event_id":"first",%s , "x":[1,{"y":2 ,\t},]}', "first"),
    ('{"x":",}","y":"\\\\","z":",]","event_id":"last",%s}', "last"),
    ('{"event_id":"first","x":[NaN,-Infinity,1e400,-0],%s}', "first"),
    ('\f\v \t{"event_id"\r:\r"first",%s}\v\r', "first"),
    ('{"event_id":null,"event_id":"last",%s}', "missing:event_id"),
    ('{"event_id":"last","outcome":null,%s}', "missing:outcome"),
    ("{}", "missing:event_id"),
    ("{,}", "malformed"),
    ('{"event_id":"first",,%s}', "malformed"),
    ('{"event_id":"first",%s,,}', "malformed"),
    ('{"event_id":"first",%s,"x":[,]}', "malformed"),
    ('{"event_id":,%s}', "malformed"),
    ('{"event_id":"first",%s},', "malformed"),
    ('{"event_id":"first",%s}\r{"event_id":"last",%s}', "malformed"),
    ('\n\ufeff{"event_id":"first",%s}', "malformed"),
    ('{\f"event_id":"first",%s}', "malformed"),
    ('{"event_id":"first","x":"\\ud800",%s}', "malformed"),
    ('{"event_id":"first","\\udc00":1,%s}', "malformed"),
    ('{"event_id":"first","x":"\t",%s}', "malformed"),
    ('{"event_id":"first\0",%s}', "malformed"),
    ('{"event_id":"first",%s}\0', "malformed"),
    ('[{"event_id":"first",%s}]', "malformed"),
    ("null", "malformed"),
    ("\xa0", "malformed"),
    ("\x1f", "malformed"),
]


@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_a_line_and_its_record(tmp_path: Path, line: str, wanted: str) -> None:
    found = read(tmp_path, "a.ndjson", line.replace("%s", REST).encode())
    assert [record.event_id for record in found.records] + [reject.reason for reject in found.rejects] == [wanted]


KEPT_OR_NULL = [
    ({"app_key": 123, "outcome": None, "result_code": False}, {"app_key": "123", "result_code": "false"}),
    ({"vendor": 5, "scheme_id": {"a": [1]}}, {"vendor": "5", "scheme_id": '{"a":[1]}'}),
    ({"vendor": "", "scheme_id": "s" * 129}, {"vendor": None, "scheme_id": None}),
    ({"platform": "Android", "package_name": 1.5}, {"platform": None, "package_name": "1.5"}),
    ({"carrier": "cu_xw"}, {"carrier": "cu_xw"}),
    ({"carrier": ["CM"]}, {"carrier": '["CM"]'}),
    ({"latency_ms": "00000080.0"}, {"latency_ms": 80}),
    ({"latency_ms": "80"}, {"latency_ms": 80}),
    ({"latency_ms": 80.0}, {"latency_ms": 80}),
    ({"latency_ms": "600000.0"}, {"latency_ms": 600_000}),
    ({"latency_ms": 600_001}, {"latency_ms": None}),
    ({"latency_ms": 80.5}, {"latency_ms": None}),
    ({"latency_ms": "1e2"}, {"latency_ms": None}),
    ({"latency_ms": "８０"}, {"latency_ms": None}),
    ({"latency_ms": True}, {"latency_ms": None}),
]


@pytest.mark.parametrize(("change", "wanted"), KEPT_OR_NULL)
def test_what_becomes_null_is_counted(tmp_path: Path, change: dict[str, object], wanted: dict[str, object]) -> None:
    found = read(tmp_path, "a.ndjson", ndjson({**GOOD, **change}))
    (record,) = found.records
    assert {name: getattr(record, name) for name in wanted} == wanted
    assert found.nulled == {("a.ndjson", name): 1 for name, value in wanted.items() if value is None}


@pytest.mark.parametrize("word", ["", "c" * 129])
def test_a_carrier_breaks_no_rule(tmp_path: Path, word: str) -> None:
    found = read(tmp_path, "a.ndjson", ndjson({**GOOD, "carrier": word}))
    assert ([record.carrier for record in found.records], found.nulled) == ([None], {})


def test_devices_and_phones_are_hashes(tmp_path: Path) -> None:
    # printf 13800001234 | openssl dgst -sha256 -hmac key
    digest = "d06416b2af5615da68676ed0c35a3f79dff1575aeebfad85ad4c933efe53606c"
    (tmp_path / "a.ndjson").write_bytes(ndjson({**GOOD, "device_id": "13800001234", "phone": 13800001234}))
    (record,) = records.read_landing(tmp_path, LIMITS._replace(key="key")).records
    assert (record.device_id, record.phone) == (digest, digest)


def test_of_two_equal_wall_clock_times_the_first_counts() -> None:
    new_york = records.limits(AS_OF, NOON_MS, ZoneInfo("America/New_York"))
    record = records.to_record({**GOOD, "event_time": "2025-11-02T01:30:00"}, new_york)
    assert raw_rows.utc_time(record.event_ms) == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
