"""The independent count against cases counted by hand: a guard is only as good as its own proof."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.oracle import counts, raw_rows, records, trends

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = date(2026, 3, 10)
NOON_MS = 1_773_115_200_000  # 2026-03-10 12:00 in Shanghai
LIMITS = records.limits(AS_OF, NOON_MS + records.DAY_MS, SHANGHAI)
CODES = counts.read_codes(Path(__file__).parents[2] / "pipelines" / "contract" / "result_codes.csv")
GOOD = {
    "event_id": "e1",
    "event_time": NOON_MS,
    "app_key": "app",
    "channel": "one_click",
    "stage": "login",
    "outcome": "success",
}


def read(folder: Path, name: str, data: bytes) -> records.Landing:
    """What one file gives."""
    (folder / name).write_bytes(data)
    return records.read_landing(folder, LIMITS)


def ndjson(*rows: dict[str, object]) -> bytes:
    """One object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_noon_is_noon() -> None:
    assert datetime.fromtimestamp(NOON_MS / 1000, UTC) == datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event_id": None, "app_key": None}, "missing:event_id"),
        ({"event_id": ""}, "invalid:event_id"),
        ({"event_id": "语" * 129}, "invalid:event_id"),
        ({"event_id": 1.5}, "invalid:event_id"),
        ({"event_id": True}, "invalid:event_id"),
        ({"event_time": "2026-02-30T00:00:00Z"}, "invalid:event_time"),
        ({"event_time": "1773115200"}, "invalid:event_time"),
        ({"event_time": "2026-03-10"}, "invalid:event_time"),
        ({"event_time": "2026-03-10T12:00:00+0800"}, "invalid:event_time"),
        ({"event_time": "2026-03-13T12:00:00.001+08:00"}, "invalid:event_time"),
        ({"event_time": 1_773_115_200}, "too_old:event_time"),
        ({"event_time": "2025-02-02T23:59:59.999"}, "too_old:event_time"),
        ({"app_key": "app\n"}, "invalid:app_key"),
        ({"app_key": ".app"}, "invalid:app_key"),
        ({"channel": "One_click", "stage": "x"}, "invalid:channel"),
        ({"stage": 1}, "invalid:stage"),
        ({"outcome": None}, "missing:outcome"),
        ({"outcome": "ok", "result_code": "600000"}, "invalid:outcome"),
        ({"result_code": ["600000"]}, "invalid:result_code"),
    ],
)
def test_reason_of_the_first_broken_field(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    found = read(tmp_path, "a.ndjson", ndjson(GOOD, {**GOOD, **change}))
    assert found.rejects == [records.Reject("a.ndjson", 2, reason)]
    assert found.files == [records.Books("a.ndjson", "read", 2, 1, 1, 0)]


@pytest.mark.parametrize(
    ("event_time", "ms"),
    [
        (NOON_MS, NOON_MS),
        (str(NOON_MS), NOON_MS),
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


def test_of_two_equal_wall_clock_times_the_first_counts() -> None:
    new_york = records.limits(AS_OF, NOON_MS, ZoneInfo("America/New_York"))
    record = records.to_record({**GOOD, "event_time": "2025-11-02T01:30:00"}, new_york)
    assert raw_rows.utc_time(record.event_ms) == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        b"{}x", b"[{}]", b"12", b"null", b'"text"', b"text", b'{"a":1,}', b"{}{}", b'{"a":NaN}', b'{"a":01}',
        b'{"a":"\t"}', b'{"a":"\xff"}', b'{"a":"\0"}', b"{'a':1}", b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}",
        b"[" * 50_000,
    ],
)  # fmt: skip
def test_lines_that_are_no_object(tmp_path: Path, line: bytes) -> None:
    found = read(tmp_path, "a.log", b"\xef\xbb\xbf" + ndjson(GOOD) + b" \r\n\n" + line + b"\r\n")
    assert found.rejects == [records.Reject("a.log", 4, "malformed")]
    assert len(found.records) == 1


def test_odd_json_that_is_a_record(tmp_path: Path) -> None:
    line = (
        '{"\\u0061pp_key":"a\\u0041","App_Key":"x","event_id":1,"event_id":123456789012345678901234567890,'
        f'"event_time":{NOON_MS},"channel":"qq","stage":"login","result_code":1.50,"x":[1e999,{{}}],'
        '"latency_ms":"5","device_id":5,"carrier":"cu_xw","vendor":"","platform":"Android"}'
    )
    (record,) = read(tmp_path, "a.json", line.encode()).records
    assert (record.app_key, record.event_id) == ("aA", "123456789012345678901234567890")
    assert (record.result_code, record.carrier) == ("1.50", "CUCC")
    assert [record.latency_ms, record.device_id, record.vendor, record.platform] == [None] * 4


def test_csv_rows_and_their_lines(tmp_path: Path) -> None:
    head = "event_id,event_time,app_key,channel,stage,outcome,os_version,latency_ms\r\n"
    row = f"{{id}},{NOON_MS},app,qq,login,success,{{os}},7"
    rows = [
        row.format(id=1, os='"a\r\n""b"",c"'),
        row.format(id=2, os="") + ",",
        "",
        row.format(id="", os=""),
    ]
    found = read(tmp_path, "a.csv", "\r\n".join(["\ufeff" + head + rows[0], *rows[1:]]).encode())
    assert [(one.event_id, one.os_version, one.latency_ms) for one in found.records] == [("1", 'a\r\n"b",c', 7)]
    assert [(one.line, one.reason) for one in found.rejects] == [(4, "malformed"), (6, "missing:event_id")]


def test_parquet_timestamps(tmp_path: Path) -> None:
    noon_ns = NOON_MS * 1_000_000 + 1_999_999
    for zone, ms in (("Europe/Berlin", NOON_MS + 1), (None, NOON_MS + 1 - 8 * 3_600_000)):
        times = pa.array([noon_ns, None], pa.timestamp("ns", tz=zone))
        columns = {
            **{name: [value] * 2 for name, value in GOOD.items()},
            "event_id": [7, 8],
            "event_time": times,
        }
        pq.write_table(pa.table(columns), tmp_path / "a.parquet")
        found = records.read_landing(tmp_path, LIMITS)
        assert [(one.event_id, one.event_ms) for one in found.records] == [("7", ms)]
        assert found.rejects == [records.Reject("a.parquet", 2, "missing:event_time")]


def test_compressed_whole_cut_and_left_alone(tmp_path: Path) -> None:
    part = ndjson(GOOD)
    zst = zstandard.ZstdCompressor().compress(part)
    files = {
        "a.ndjson.gz": gzip.compress(part) * 2,
        "b.ndjson.gz": gzip.compress(part)[:-1],
        "c.jsonl.zst": zst * 3,
        "d.jsonl.zst": zst + zst[:-1],
        "e.parquet": b"PAR1",
        "_f.ndjson": part,
        "g.ndjson.tmp": part,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    books = records.read_landing(tmp_path, LIMITS).files
    assert [(one.path[0], one.status, one.records_read) for one in books] == [
        ("a", "read", 2), ("b", "damaged", 0), ("c", "read", 3), ("d", "damaged", 0), ("e", "damaged", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "outcome", "is_unmapped"),
    [
        ({"stage": "authorize", "vendor": "jiguang", "result_code": 2000}, "success", False),
        ({"stage": "verify", "vendor": "jiguang", "result_code": "2000"}, "error", False),
        ({"stage": "authorize", "result_code": "2000"}, "error", True),
        ({"stage": "authorize", "channel": "wechat", "result_code": "-2"}, "cancelled", False),
        ({"stage": "authorize", "channel": "qq", "result_code": "-2"}, "error", False),
        ({"stage": "authorize", "channel": "weibo", "vendor": "umeng", "result_code": "0"}, "error", True),
        ({"stage": "click", "result_code": "700002"}, "success", False),
        ({"stage": "page", "result_code": "700002"}, "error", True),
        ({"stage": "page", "result_code": "700003"}, "error", True),
        ({"stage": "page", "result_code": "700002", "outcome": "timeout"}, "timeout", False),
    ],
)
def test_outcome_of_a_code(tmp_path: Path, said: dict[str, object], outcome: str, is_unmapped: bool) -> None:
    (record,) = read(tmp_path, "a.ndjson", ndjson({**GOOD, "outcome": None, **said})).records
    one = counts.resolve(record, AS_OF, {}, CODES)
    assert (one.record.outcome, one.is_unmapped) == (outcome, is_unmapped)


def test_exact_platform_wins_and_ipad_is_ios(tmp_path: Path) -> None:
    codes = {
        ("umeng", "server", "*", "1"): counts.Code("timeout", ""),
        ("umeng", "server", "ios", "1"): counts.Code("limited", ""),
    }
    (record,) = read(tmp_path, "a.ndjson", ndjson({**GOOD, "outcome": None, "result_code": 1})).records
    outcome = {
        platform: counts.resolve(record, AS_OF, {"app": counts.App("", platform)}, codes).record.outcome
        for platform in ("ipad", "ios", "h5")
    }
    assert outcome == {"ipad": "limited", "ios": "limited", "h5": "timeout"}


@pytest.mark.parametrize(
    ("percent", "count", "rank"), [(50, 1, 1), (50, 4, 2), (50, 5, 3), (95, 4, 4), (95, 20, 19), (95, 21, 20)]
)
def test_latency_is_a_value_that_occurred(tmp_path: Path, percent: int, count: int, rank: int) -> None:
    rows = [{**GOOD, "event_id": str(n), "latency_ms": n} for n in range(count, 0, -1)]
    kept = counts.deduplicated(read(tmp_path, "a.ndjson", ndjson(*rows)).records, AS_OF, SHANGHAI)[1]
    group = [counts.resolve(record, day, {}, CODES) for day, record in kept]
    assert counts.latency(group, percent) == rank


def test_a_week_counted_by_hand(tmp_path: Path) -> None:
    day, hour = records.DAY_MS, 3_600_000
    found = read(
        tmp_path,
        "week.ndjson",
        ndjson(
            {**GOOD, "device_id": "d1"},
            {**GOOD, "outcome": "cancelled", "device_id": "d9"},  # the smaller copy of e1: it counts
            {**GOOD, "event_id": "e2", "stage": "verify", "channel": "local_verify", "outcome": "mismatch"},
            {**GOOD, "event_id": "e3", "event_time": NOON_MS + 12 * hour - 1, "device_id": "d9"},
            {**GOOD, "event_id": "e4", "event_time": NOON_MS + 12 * hour},  # a day that is not over
            {**GOOD, "event_id": "e1", "event_time": NOON_MS - 2 * day},  # the id again on another day
            {**GOOD, "event_id": "e5", "event_time": NOON_MS - 9 * day, "app_key": "other"},
            {**GOOD, "event_id": "e6", "event_time": NOON_MS - 8 * day, "stage": "click"},
        ),
    )
    apps = {"app": counts.App("名", "ios"), "idle": counts.App("idle", "h5")}
    table = trends.tables(found.records, apps, CODES, AS_OF, SHANGHAI)

    (usage,) = [row for row in table["usage_daily"] if row["day"] == AS_OF]
    assert (usage["app_name"], usage["platform"], usage["devices"]) == ("名", "ios", 1)
    assert (usage["one_click_verifications"], usage["local_verifications"]) == (1, 1)
    assert (usage["number_verifications"], usage["verification_requests"]) == (2, 3)
    assert usage["billable_verifications"] == 2

    (channel,) = [row for row in table["channel_daily"] if (row["day"], row["channel"]) == (AS_OF, "one_click")]
    assert (channel["authorization_requests"], channel["authorizations"]) == (2, 1)
    assert (channel["authorizations_cancelled"], channel["authorizations_failed"]) == (1, 0)

    def summary(app_key: str) -> list[object]:
        (row,) = [
            row
            for row in table["login_trend_summary"]
            if (row["window_days"], row["app_key"], row["channel"]) == (7, app_key, "one_click")
        ]
        return [row[name] for name in row if name not in ("as_of", "window_days", "app_key", "channel")]

    assert summary("*") == [2, 3, 2 / 3, 1, 1.0, 2, 2]
    assert summary("app") == [2, 3, 2 / 3, 0, None, 2, 2]
    assert summary("idle") == [0, 0, None, 0, None, 2, 2]
    assert len(table["login_trend"]) == (7 + 30) * 4 * len(("*", "app", "idle", "other"))

    quality = {row["day"]: [*row.values()][1:] for row in table["day_quality"]}
    assert len(quality) == 10
    assert quality[AS_OF] == [4, 1, 0, 0, "complete"]
    assert quality[date(2026, 3, 9)] == [0, 0, 0, 0, "missing"]
    assert quality[date(2026, 3, 1)] == [1, 0, 0, 1, "complete"]
