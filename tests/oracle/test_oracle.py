"""The independent count against cases counted by hand: a guard is only as good as its own proof."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.oracle import counts, records, trends
from tests.oracle.by_hand import AS_OF, GOOD, NOON_MS, SHANGHAI, ndjson, read

CODES = counts.read_codes(Path(__file__).parents[2] / "pipelines" / "contract" / "registry" / "result_codes.csv")


def test_noon_is_noon() -> None:
    assert datetime.fromtimestamp(NOON_MS / 1000, UTC) == datetime(2026, 3, 10, 4, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("one", "other", "smaller"),
    [
        ({"carrier": "CM"}, {"carrier": "cm"}, 0),
        ({"carrier": None}, {"carrier": "CU"}, 0),
        ({"carrier": "cm_b", "scheme_id": "1"}, {"carrier": "cm_a", "scheme_id": "2"}, 1),
        ({"latency_ms": 90}, {"latency_ms": 100}, 0),
        ({"result_code": "90"}, {"result_code": "100"}, 1),
        ({"event_time": "2026-03-10T05:00:00+01:00"}, {"event_time": "2026-03-10T04:00:00.001Z"}, 0),
    ],
)
def test_of_copies_the_smallest_counts(
    tmp_path: Path, one: dict[str, object], other: dict[str, object], smaller: int
) -> None:
    found = read(tmp_path, "a.ndjson", ndjson(GOOD | one, GOOD | other)).records
    for copies in (found, found[::-1]):
        assert counts.deduplicated(copies, AS_OF, SHANGHAI)[1] == [(AS_OF, found[smaller])]


@pytest.mark.parametrize(
    ("word", "carrier"),
    [("cm_zyhl", "CMCC"), ("CU", "CUCC"), ("ct", "CTCC"), ("Cucc", "CUCC"), ("cmx", "unknown"), (5, "unknown")],
)
def test_the_carrier_behind_a_word(tmp_path: Path, word: object, carrier: str) -> None:
    (record,) = read(tmp_path, "a.ndjson", ndjson(GOOD | {"carrier": word})).records
    assert counts.resolve(record, AS_OF, {}, CODES).record.carrier == carrier


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

    # The 8th and the 1st are a week apart; of the 7 days that is too few for a change.
    assert summary("*") == [2, 3, 2 / 3, 1, None, 1, 2, 2]
    assert summary("app") == [2, 3, 2 / 3, 0, None, 1, 2, 2]
    assert summary("idle") == [0, 0, None, 0, None, 1, 2, 2]
    assert len(table["login_trend"]) == (7 + 30) * 4 * len(("*", "app", "idle", "other"))

    quality = {row["day"]: [*row.values()][1:] for row in table["day_quality"]}
    assert len(quality) == 10
    assert quality[AS_OF] == [4, 1, 0, 0, "complete"]
    assert quality[date(2026, 3, 9)] == [0, 0, 0, 0, "missing"]
    assert quality[date(2026, 3, 1)] == [1, 0, 0, 1, "complete"]
