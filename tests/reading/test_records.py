"""The rules of a log record, one case each."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.reading_bench import ReadFile, ReadingBench, limits
from tests.support import KEY, keyed_hash, record

LONG, TOO_LONG = "中" * 128, "中" * 129


class Json(str):
    """The JSON text of a value, as it stands in the file."""


def read(bench: ReadingBench, source_zone: str = "Asia/Shanghai", **changes: Any) -> ReadFile:
    """Reads a good record with some values changed."""
    values = {
        name: value if isinstance(value, Json) else json.dumps(value, ensure_ascii=False)
        for name, value in (record("e1") | changes).items()
    }
    line = "{" + ",".join(f'"{name}":{value}' for name, value in values.items()) + "}"
    return bench.read(line.encode(), reading=limits(source_zone=source_zone))


def event(bench: ReadingBench, **changes: Any) -> dict[str, Any]:
    read_file = read(bench, **changes)
    assert read_file.reasons == []
    return read_file.events[0]


REJECTS = [
    ("missing:event_id", {"event_id": None}),
    ("invalid:event_id", {"event_id": ""}),
    ("invalid:event_id", {"event_id": TOO_LONG}),
    ("invalid:event_id", {"event_id": Json("9" * 129)}),
    ("invalid:event_id", {"event_id": ["e" * 128]}),
    ("missing:event_time", {"event_time": None}),
    ("invalid:event_time", {"event_time": "yesterday"}),
    ("invalid:event_time", {"event_time": "2026-02-30T10:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T24:00:00Z"}),
    ("invalid:event_time", {"event_time": "2026-03-10T10:00:00+24:00"}),
    ("invalid:event_time", {"event_time": "2026-03-10"}),
    ("invalid:event_time", {"event_time": "1773100800000."}),
    ("invalid:event_time", {"event_time": "-1773100800000"}),
    ("invalid:event_time", {"event_time": True}),
    ("invalid:event_time", {"event_time": "177310080000"}),
    ("invalid:event_time", {"event_time": "2026-03-12T18:30:00.001Z"}),
    ("invalid:event_time", {"event_time": Json("9" * 30)}),
    ("too_old:event_time", {"event_time": "2025-02-02T23:59:59.999+08:00"}),
    ("too_old:event_time", {"event_time": "0000000000"}),
    ("missing:app_key", {"app_key": None}),
    ("invalid:app_key", {"app_key": ""}),
    ("invalid:app_key", {"app_key": "../etc"}),
    ("invalid:app_key", {"app_key": ".hidden"}),
    ("invalid:app_key", {"app_key": "a" * 65}),
    ("invalid:app_key", {"app_key": "shop\n"}),
    ("invalid:app_key", {"app_key": "ｓｈｏｐ"}),
    ("invalid:app_key", {"app_key": {"a": 1}}),
    ("missing:channel", {"channel": None}),
    ("invalid:channel", {"channel": "sms"}),
    ("invalid:channel", {"channel": "WeChat"}),
    ("missing:stage", {"stage": None}),
    ("invalid:stage", {"stage": "pay"}),
    ("missing:outcome", {"outcome": None}),
    ("missing:outcome", {"outcome": None, "result_code": None}),
    ("invalid:outcome", {"outcome": "ok"}),
    ("invalid:outcome", {"outcome": "", "result_code": "600000"}),
    ("invalid:result_code", {"result_code": ""}),
    ("invalid:result_code", {"result_code": "c" * 129}),
    ("invalid:result_code", {"outcome": None, "result_code": ["c" * 128]}),
    # The first broken field, in the order of the contract, names the reason.
    ("missing:event_id", {"event_id": None, "event_time": "x", "app_key": ""}),
    ("too_old:event_time", {"event_time": "0000000000", "app_key": ""}),
    ("invalid:app_key", {"app_key": "", "channel": None, "outcome": None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "changes"), REJECTS, ids=[f"{reason}-{number}" for number, (reason, _) in enumerate(REJECTS)]
)
def test_a_broken_required_field_rejects_the_record(bench: ReadingBench, reason: str, changes: dict[str, Any]) -> None:
    assert read(bench, **changes).reasons == [(1, reason)]


KEPT = [
    ("event_id", "e" * 128, "e" * 128),
    ("event_id", LONG, LONG),
    ("event_id", Json("12345678901234567890123"), "12345678901234567890123"),
    ("event_id", Json("-7"), "-7"),
    ("event_id", " e1 ", " e1 "),
    ("app_key", "-a", "-a"),
    ("app_key", "a..b", "a..b"),
    ("result_code", Json("600000"), "600000"),
    ("result_code", Json("-4"), "-4"),
    ("result_code", Json("1.50"), "1.5"),
    ("result_code", "c" * 128, "c" * 128),
    ("result_code", False, "false"),
    ("app_key", Json("5"), "5"),
    ("event_id", ["e1"], '["e1"]'),
    ("vendor", Json("1"), "1"),
    ("os_version", Json("17"), "17"),
    ("vendor", "aliyun", "aliyun"),
    ("platform", "ipad", "ipad"),
    ("scheme_id", LONG, LONG),
    ("package_name", "com.a_b-c.1", "com.a_b-c.1"),
    ("latency_ms", Json("0"), 0),
    ("latency_ms", Json("600000"), 600_000),
    ("latency_ms", "180", 180),
    ("latency_ms", Json("1.0"), 1),
    ("latency_ms", "0600000.0", 600_000),
    ("carrier", "cu_xw", "cu_xw"),
    ("carrier", "Vodafone", "Vodafone"),
    ("sdk_version", "2.14", "2.14"),
    ("os_version", "17", "17"),
    ("attempt_id", "a", "a"),
    ("account_id", "a", "a"),
]


@pytest.mark.parametrize(("name", "given", "kept"), KEPT)
def test_a_good_value_is_kept_as_it_is(bench: ReadingBench, name: str, given: object, kept: object) -> None:
    result = read(bench, **{name: given})
    assert [found[name] for found in result.events] == [kept]
    assert not result.books.nulled


NULLED = [
    ("vendor", ""), ("vendor", TOO_LONG), ("platform", "windows"), ("platform", "iOS"), ("platform", ""),
    ("scheme_id", TOO_LONG), ("scheme_id", {"a": "b" * 128}), ("package_name", "com example"),
    ("package_name", "p" * 129), ("latency_ms", Json("-1")), ("latency_ms", Json("600001")), ("latency_ms", Json("1.5")),
    ("latency_ms", "fast"), ("latency_ms", True), ("latency_ms", "+1"), ("sdk_version", ""), ("account_id", TOO_LONG),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), NULLED)
def test_a_broken_optional_field_becomes_null_and_is_counted(bench: ReadingBench, name: str, given: object) -> None:
    result = read(bench, **{name: given})
    assert [found[name] for found in result.events] == [None]
    assert result.books.nulled == {name: 1}


def test_a_carrier_that_nobody_can_have_is_none_and_no_broken_value(bench: ReadingBench) -> None:
    result = read(bench, carrier=TOO_LONG)
    assert [found["carrier"] for found in result.events] == [None]
    assert not result.books.nulled


@pytest.mark.parametrize("name", ["device_id", "phone"])
def test_a_broken_device_or_phone_leaves_no_hash(bench: ReadingBench, name: str) -> None:
    result = read(bench, **{name: TOO_LONG})
    assert [(found["device_hash"], found["phone_hash"], found["phone_mask"]) for found in result.events] == [
        (None, None, None)
    ]
    assert result.books.nulled == {name: 1}


def test_where_both_outcome_and_code_are_there_both_are_kept(bench: ReadingBench) -> None:
    found = event(bench, result_code="600011", outcome="timeout")
    assert (found["outcome"], found["result_code"]) == ("timeout", "600011")


def test_a_code_alone_is_enough(bench: ReadingBench) -> None:
    found = event(bench, outcome=None, result_code="600000")
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
    (Json("1773108000123"), "2026-03-10T02:00:00.123"),
    ("1773108000123", "2026-03-10T02:00:00.123"),
    (Json("1773108000123.9"), "2026-03-10T02:00:00.123"),
    (Json("1773108000"), "2026-03-10T02:00:00.000"),
    ("1773108000.5", "2026-03-10T02:00:00.500"),
    (Json("1773108000.1239"), "2026-03-10T02:00:00.123"),
]


@pytest.mark.parametrize(("given", "instant"), TIMES)
def test_a_time_is_an_instant_in_whole_milliseconds(bench: ReadingBench, given: object, instant: str) -> None:
    assert event(bench, event_time=given)["event_time"].isoformat(timespec="milliseconds") == instant


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-05T12:00:00", "2026-01-05T17:00:00"),
        ("2025-07-05T12:00:00", "2025-07-05T16:00:00"),
        # 01:30 came twice: the first counts. 02:30 never came: read with the offset before the change.
        ("2025-11-02T01:30:00", "2025-11-02T05:30:00"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00"),
    ],
)
def test_a_time_without_offset_is_of_the_sources_zone(bench: ReadingBench, local: str, utc: str) -> None:
    found = event(bench, source_zone="America/New_York", event_time=local)
    assert found["event_time"].isoformat() == utc


def test_the_ends_of_the_accepted_span_are_in_it(bench: ReadingBench) -> None:
    assert event(bench, event_time="2025-02-03T00:00:00+08:00")["day"] == date(2025, 2, 3)
    assert event(bench, event_time="2026-03-12T18:30:00Z")["day"] == date(2026, 3, 13)


def test_the_day_is_that_of_the_business_zone(bench: ReadingBench) -> None:
    assert event(bench, event_time="2026-03-09T16:00:00Z")["day"] == date(2026, 3, 10)
    assert event(bench, event_time="2026-03-09T15:59:59.999Z")["day"] == date(2026, 3, 9)


def test_device_and_phone_are_kept_as_keyed_hashes_only(bench: ReadingBench) -> None:
    found = event(bench, device_id="device-1", phone="13812345678")
    digest = hmac.new(KEY.encode(), b"device-1", hashlib.sha256).digest()
    assert found["device_hash"] == UUID(bytes=digest[:16])
    assert found["phone_hash"] == keyed_hash("13812345678")
    assert found["phone_mask"] == "138****5678"
    assert "device-1" not in str(found)
    assert "13812345678" not in str(found)


@pytest.mark.parametrize(
    ("phone", "mask"),
    [("13812345678", "138****5678"), ("+8613812345678", "+86****5678"), ("1381234567", "****"), ("1", "****")],
)
def test_a_phone_keeps_only_its_ends(bench: ReadingBench, phone: str, mask: str) -> None:
    assert event(bench, phone=phone)["phone_mask"] == mask
