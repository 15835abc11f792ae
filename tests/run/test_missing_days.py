"""Tests that a day without a log is a gap and not a zero, and that a rate without requests is NULL."""

from __future__ import annotations

from tests.support import DAY, CopyOf, DataFolder, days_before, finding, record, records

BEFORE = days_before(DAY, 1)


def two_days_with_a_gap(folder: DataFolder) -> None:
    click = record("click", channel="qq", stage="click")
    folder.land("a.ndjson", [*records(2, days_before(DAY, 2)), *records(2), click])
    folder.tables()


def test_a_missing_day_is_a_gap_and_not_a_zero(made_once: CopyOf) -> None:
    folder = made_once(two_days_with_a_gap)
    trend = (
        "SELECT authorizations, day_state FROM login_trend "
        "WHERE window_days = 7 AND app_key = 'shop' AND channel = '{}' ORDER BY day DESC LIMIT 4"
    )
    assert folder.rows(trend.format("one_click")) == [
        (2, "complete"),
        (None, "missing"),
        (2, "complete"),
        (None, "missing"),
    ]
    assert folder.rows(trend.format("qq")) == [(0, "complete"), (None, "missing"), (0, "complete"), (None, "missing")]
    assert folder.rows("SELECT day, records_accepted, day_state FROM day_quality") == [
        (days_before(DAY, 2), 2, "complete"), (BEFORE, 0, "missing"), (DAY, 3, "complete"),
    ]  # fmt: skip
    assert folder.rows("SELECT DISTINCT days_with_data FROM login_trend_summary") == [(2,)]


def test_a_rate_without_requests_is_null(made_once: CopyOf) -> None:
    folder = made_once(two_days_with_a_gap)
    rates = (
        "SELECT channel, authorization_rate FROM {} WHERE window_days = 7 AND app_key = 'shop' AND {} ORDER BY channel"
    )
    wanted = [("one_click", 1.0), ("qq", None), ("wechat", None), ("weibo", None)]
    assert folder.rows(rates.format("login_trend", f"day = DATE '{DAY}'")) == wanted
    assert folder.rows(rates.format("login_trend_summary", "true")) == wanted


def test_a_run_without_the_newest_day_warns_and_publishes_the_gap(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(2, BEFORE))
    folder.tables()
    assert not finding(folder.warnings, "day_is_there").passed
    assert folder.rows("SELECT as_of FROM publication") == [(DAY,)]
    assert folder.rows("SELECT day_state FROM day_quality WHERE day = DATE '2026-03-10'") == [("missing",)]
