"""The rules of a log record, one case each."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from pipelines.reading.records import Accepted, Number, Rejected, Text, keyed_hash, parse_time, read_record
from tests.reading_bench import limits
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
