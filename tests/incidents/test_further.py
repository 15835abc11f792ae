"""Tests the incidents of kind `further`: cancellations, latency, surges and slow falls, and cases just below each."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.contract.macros import contract_macros
from pipelines.contract.record.dimensions import OUTCOME_KEY
from pipelines.incidents.detection.subjects import day_counts, watched_volumes
from pipelines.incidents.further.latencies import latency_incidents
from pipelines.incidents.further.surges import surges
from pipelines.incidents.incident import Cause, Incident, Loss, Span, Subject
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.reportable import is_reportable

FIRST = date(2026, 3, 2)
OUTCOMES = ("success", "error", "cancelled")
Row = tuple[int, int, int, int, int]
USUAL: Row = (900, 50, 50, 700, 400)
"""Successes, errors, cancellations, devices and latency of a usual day."""


def days(*rows: Row) -> tuple[duckdb.DuckDBPyConnection, pl.DataFrame, tuple[date, ...]]:
    """Return a database with the day tables of one app and channel, its table `channel_daily` as a frame, and the
    days.

    Each row is a day: succeeded, failed and cancelled requests, devices and p95 latency. Each platform has half of the
    requests.
    """
    connection = duckdb.connect()
    connection.execute(contract_macros())
    dates = tuple(FIRST + timedelta(days=place) for place in range(len(rows)))
    channel_daily = pl.DataFrame({
        "day": dates, "app_key": "shop", "channel": "one_click",
        "authorization_requests": [sum(row[:3]) for row in rows], "authorizations": [row[0] for row in rows],
        "authorizations_cancelled": [row[2] for row in rows],
        "verification_requests": [0] * len(rows), "verifications": [0] * len(rows),
        "devices": [row[3] for row in rows], "latency_p95_ms": [row[4] for row in rows],
    })  # fmt: skip
    outcome_daily = pl.DataFrame(
        [
            {"day": day, "app_key": "shop", "channel": "one_click", "stage": "authorize", "platform": platform,
             "carrier": "CMCC", "sdk_version": "2.1.0", "outcome": outcome, "vendor": "umeng", "records": part}
            for day, row in zip(dates, rows, strict=True)
            for outcome, records in zip(OUTCOMES, row, strict=False)
            for platform, part in (("android", records - records // 2), ("ios", records // 2))
        ],
        {"day": pl.Date, **dict.fromkeys(OUTCOME_KEY[1:], pl.String), "records": pl.Int64},
    )  # fmt: skip
    connection.register("channel_daily", channel_daily)
    connection.register("outcome_daily", outcome_daily)
    return connection, channel_daily, dates


def of_rates(*rows: Row) -> list[Incident]:
    connection, channel_daily, dates = days(*rows)
    return rate_incidents(connection, day_counts(channel_daily, dates), dates)[0]


def of_volumes(*rows: Row, missing: tuple[int, ...] = ()) -> list[Incident]:
    connection, channel_daily, dates = days(*rows)
    has_logs = np.array([place not in missing for place in range(len(dates))])
    there = channel_daily.filter(pl.Series(has_logs))
    return surges(connection, watched_volumes(day_counts(there, dates), has_logs, np.zeros_like(has_logs)), dates)


def test_cancellations_that_doubled_are_reported_by_their_rate() -> None:
    one, *others = (found for found in of_rates(*[USUAL] * 30, (800, 50, 150, 700, 400)) if found.app_key != "*")
    assert (one.kind, one.metric, one.first_day) == ("further", "cancellation_rate", FIRST + timedelta(days=30))
    assert (one.level_before, one.level_now) == (pytest.approx(0.05), pytest.approx(0.15))
    assert (one.lost, one.cause.kind, one.codes) == (pytest.approx(100), "broad", "cancelled")
    # Cancelled requests are no failures.
    assert others == []


@pytest.mark.parametrize(("latency", "is_found"), [(400, False), (899, False), (900, True), (6000, True)])
def test_a_latency_is_reported_that_is_twice_the_greatest_and_500_ms_above_it(latency: int, is_found: bool) -> None:
    connection, _, dates = days(*[USUAL] * 20, (900, 50, 50, 700, 300), *[USUAL] * 9, (900, 50, 50, 700, latency))
    found = latency_incidents(connection, dates)
    assert [(one.level_before, one.level_now, one.lost) for one in found] == [(400, latency, 0)] * is_found


@pytest.mark.parametrize(("latency", "is_found"), [(499, False), (500, True)])
def test_a_latency_of_0_ms_is_a_latency(latency: int, is_found: bool) -> None:
    at_once, now = (900, 50, 50, 700, 0), (900, 50, 50, 700, latency)
    connection, _, dates = days(*[at_once] * 30, now)
    found = latency_incidents(connection, dates)
    assert [(one.level_before, one.level_now, one.state) for one in found] == [(0, latency, "open")] * is_found
    connection, _, dates = days(*[USUAL] * 30, (900, 50, 50, 700, 5000), at_once, at_once)
    assert [(one.state, one.days) for one in latency_incidents(connection, dates)] == [("recovered", 1)]


@pytest.mark.parametrize(
    ("channel", "is_watched"), [("wechat", True), ("local_verify", True), ("sms", False), ("apple", False)]
)
def test_latencies_of_text_messages_and_declared_channels_are_not_watched(channel: str, is_watched: bool) -> None:
    connection, _, dates = days(*[USUAL] * 30, (900, 50, 50, 700, 5000))
    for table in ("channel_daily", "outcome_daily"):
        of_channel = pl.DataFrame(connection.sql(f"SELECT * REPLACE ('{channel}' AS channel) FROM {table}"))
        connection.register(table, of_channel)
    assert [one.channel for one in latency_incidents(connection, dates)] == [channel] * is_watched


def test_a_latency_of_fewer_than_a_hundred_answers_says_nothing() -> None:
    few: Row = (90, 5, 4, 70, 400)
    connection, _, dates = days(*[few] * 30, (90, 5, 4, 70, 9000))
    assert latency_incidents(connection, dates) == []


def test_a_latency_ends_when_two_days_are_nearer_to_the_usual() -> None:
    slow, nearly = (900, 50, 50, 700, 5000), (900, 50, 50, 700, 1200)
    connection, _, dates = days(*[USUAL] * 30, slow, slow, nearly, USUAL)
    (one,) = latency_incidents(connection, dates)
    assert (one.state, one.last_day, one.days) == ("recovered", FIRST + timedelta(days=31), 2)


def test_days_of_few_answers_are_no_part_of_the_level_of_a_latency() -> None:
    slow, few = (900, 50, 50, 700, 5000), (9, 1, 0, 8, 400)
    connection, _, dates = days(*[USUAL] * 30, slow, *[few] * 24, slow, USUAL, USUAL)
    (one,) = latency_incidents(connection, dates)
    assert (one.state, one.last_day) == ("recovered", FIRST + timedelta(days=55))


@pytest.mark.parametrize(
    ("surge", "is_found"),
    [
        pytest.param((950, 8000, 50, 5000, 400), True, id="that fails"),
        pytest.param((9000, 500, 500, 720, 400), True, id="of few devices"),
        pytest.param((9000, 500, 500, 7000, 400), False, id="a campaign"),
    ],
)
def test_a_surge_is_found_that_fails_or_comes_of_few_devices(surge: Row, is_found: bool) -> None:
    found = of_volumes(*[USUAL] * 30, surge)
    assert [(one.metric, one.channel) for one in found] == [("surge", "*")] * is_found
    for one in found:
        assert (one.level_before, one.level_now, one.lost) == (1000, sum(surge[:3]), sum(surge[:3]) - 1000)
        assert one.cause.cell == "platform=android"


def test_the_norm_of_a_surge_on_a_weekday_without_one_is_the_mean_of_all_days() -> None:
    campaign, surge = (9000, 500, 500, 7000, 400), (950, 5500, 50, 4200, 400)
    (one,) = of_volumes(*[USUAL] * 9, surge, surge, *[USUAL] * 2)
    assert (one.first_day, one.days, one.level_before, one.level_now) == (FIRST + timedelta(days=9), 2, 1000, 6500)
    assert of_volumes(*[USUAL] * 9, campaign, campaign, *[USUAL] * 9) == []


def test_a_surge_that_no_cell_explains_has_no_cause() -> None:
    connection, channel_daily, dates = days(*[USUAL] * 30, (950, 8000, 50, 5000, 400))
    # With one platform, carrier, version and code, each cell was all requests before.
    alone = pl.DataFrame(connection.sql("FROM outcome_daily WHERE outcome = 'error' AND platform = 'ios'"))
    connection.register("outcome_daily", alone)
    volumes = watched_volumes(day_counts(channel_daily, dates), np.ones(len(dates), bool), np.zeros(len(dates), bool))
    assert [one.cause for one in surges(connection, volumes, dates)] == [Cause()]


def test_the_cause_of_a_surge_is_compared_with_the_norm_of_its_weekday() -> None:
    # Sundays have a fifth of the requests: with 400 more, the day has fewer than the mean of all days.
    sunday: Row = (180, 10, 10, 140, 400)
    week = [*[USUAL] * 6, sunday]
    (one,) = of_volumes(*week * 5, *[USUAL] * 6, (180, 410, 10, 140, 400))
    assert (one.level_before, one.level_now) == (200, 600)
    assert (one.cause.cell, one.cause.share) == ("platform=android", 0.5)


def test_logins_count_twice_in_the_cause_of_a_surge_as_in_its_volume() -> None:
    connection, channel_daily, dates = days(*[USUAL] * 30, (950, 8000, 50, 5000, 400))
    connection.register(
        "outcome_daily", pl.DataFrame(connection.sql("FROM outcome_daily")).with_columns(stage=pl.lit("login"))
    )
    twice = channel_daily.with_columns(verification_requests="authorization_requests")
    volumes = watched_volumes(day_counts(twice, dates), np.ones(len(dates), bool), np.zeros(len(dates), bool))
    (one,) = surges(connection, volumes, dates)
    assert (one.level_before, one.level_now, one.cause.share) == (2000, 18000, 0.5)


def test_a_surge_is_the_same_to_the_last_digit_in_any_order_of_its_records() -> None:
    connection, channel_daily, dates = days(*[USUAL] * 30, (950, 8000, 50, 5000, 400))
    volumes = watched_volumes(day_counts(channel_daily, dates), np.ones(len(dates), bool), np.zeros(len(dates), bool))
    outcomes = pl.DataFrame(connection.sql("FROM outcome_daily")).with_row_index("row")
    odd = pl.col("records") + pl.col("row") * 7919 % (pl.col("version") * 1009)
    versions = outcomes.join(pl.DataFrame({"version": range(3, 40)}), how="cross").with_columns(
        records=odd, sdk_version=pl.format("2.{}", "version")
    )
    connection.execute("SET threads = 1")
    shares = set()
    for seed in range(60):
        connection.register(
            "outcome_daily", versions.drop("row", "version").sample(fraction=1, shuffle=True, seed=seed)
        )
        shares |= {one.cause.share for one in surges(connection, volumes, dates)}
    assert len(shares) == 1


def test_the_first_day_after_a_gap_is_no_surge() -> None:
    surge: Row = (950, 8000, 50, 5000, 400)
    assert of_volumes(*[USUAL] * 30, USUAL, surge, missing=(30,)) == []
    assert len(of_volumes(*[USUAL] * 30, USUAL, surge, surge, missing=(30,))) == 1


def test_a_rate_that_falls_by_three_points_in_four_weeks_is_found_once() -> None:
    """A rate that loses a tenth of a point a day falls too little within a week to be a fall."""
    usual: Row = (90_000, 10_000, 0, 70_000, 400)
    slow: list[Row] = [(90_000 - 110 * place, 10_000 + 110 * place, 0, 70_000, 400) for place in range(70)]
    found = [one for one in of_rates(*[usual] * 35, *slow) if one.app_key != "*"]
    assert [(one.kind, one.metric) for one in found] == [("further", "slow_fall")]
    assert found[0].level_before > found[0].level_now


@pytest.mark.parametrize(("lost", "now", "is_found"), [(7.9, 0.8, False), (8, 0.8, True), (8, 0.9004, False)])
def test_a_slow_fall_is_reported_by_the_rule_of_falling_rates(lost: float, now: float, is_found: bool) -> None:
    subject = Subject("further", "slow_fall", "shop", "wechat")
    one = Incident.of(subject, (FIRST,), Span(0, None, "open"), Loss(0.9, now, lost, lost), Cause("broad"))
    assert is_reportable(one) is is_found


@pytest.mark.parametrize("burst", [(6000, 3500, 500, 701, 400), (600, 5350, 50, 701, 400)])
def test_a_rate_that_stays_down_has_not_recovered_while_one_device_sends_most_of_the_requests(burst: Row) -> None:
    """The device signs in as often as others, or never."""
    bad: Row = (600, 350, 50, 700, 400)
    of_app = [found for found in of_rates(*[USUAL] * 30, bad, burst, burst, bad, bad, bad) if found.app_key != "*"]
    (one,) = (found for found in of_app if found.kind == "rate")
    assert (one.metric, one.first_day, one.state) == ("technical_success_rate", FIRST + timedelta(days=30), "open")


def test_a_fall_that_begins_while_one_device_signs_in_as_often_as_others_is_found() -> None:
    burst: Row = (6000, 3500, 500, 701, 400)
    found = [one.first_day for one in of_rates(*[USUAL] * 30, burst, burst, burst) if one.kind == "rate"]
    assert set(found) == {FIRST + timedelta(days=30)}


def test_a_rate_that_one_device_keeps_down_has_not_recovered() -> None:
    """On the last days, the requests without the failed ones of the device would have the usual rate."""
    first, later = (1500, 3500, 50, 700, 400), (1300, 3500, 50, 700, 400)
    of_app = [found for found in of_rates(*[USUAL] * 30, first, *[later] * 4) if found.app_key != "*"]
    (one,) = (found for found in of_app if found.kind == "rate")
    assert (one.first_day, one.state, one.days) == (FIRST + timedelta(days=30), "open", 5)


def test_later_days_do_not_change_which_requests_of_a_day_were_a_burst() -> None:
    # The first day of the device is no fall, the second one is. After three weeks, most days are like these.
    burst, fallen = (1360, 3500, 50, 700, 400), (1500, 3500, 50, 700, 400)
    every = [*[USUAL] * 20, burst, *[fallen] * 24]
    mornings = [of_rates(*every[:count]) for count in range(25, len(every) + 1, 4)]
    found = [one.first_day for seen in mornings for one in seen if (one.kind, one.app_key) == ("rate", "shop")]
    assert found == [FIRST + timedelta(days=21)] * len(mornings)


def test_days_of_an_incident_are_no_slow_fall() -> None:
    bad: Row = (400, 550, 50, 700, 400)
    found = of_rates(*[USUAL] * 40, *[bad] * 20, *[USUAL] * 10)
    assert {one.metric for one in found} == {"technical_success_rate"}


def with_codes(now: list[tuple[str, str, int]], before: list[tuple[str, str, int]]) -> str | None:
    """Return the `codes` of an app whose last day has these requests, and whose day before has those: outcome, code and
    records.
    """
    connection, channel_daily, dates = days(*[USUAL] * 30, (500, 450, 50, 700, 400))
    connection.execute("CREATE TABLE rows AS FROM outcome_daily")
    connection.execute("DELETE FROM rows WHERE outcome = 'error' AND day = ?", [dates[-1]])
    for day, coded in ((dates[-1], now), (dates[-2], before)):
        for outcome, code, records in coded:
            row = "any_value(COLUMNS(*)) FROM outcome_daily WHERE outcome = 'error' AND day = $day"
            connection.execute(
                "INSERT INTO rows SELECT * REPLACE ($outcome AS outcome, $code AS result_code, $records AS records) "
                f"FROM (SELECT {row})",
                {"day": day, "outcome": outcome, "code": code, "records": records},
            )
    connection.unregister("outcome_daily")
    connection.execute("ALTER TABLE rows RENAME TO outcome_daily")
    found = rate_incidents(connection, day_counts(channel_daily, dates), dates)[0]
    return next(one.codes for one in found if one.app_key != "*")


GREW = [("error", "A", 150), ("error", "B", 140), ("error", "C", 140)]


@pytest.mark.parametrize(
    ("now", "before", "codes"),
    [
        # Twenty requests of 950 have a code that was never seen, far fewer than the others.
        pytest.param([("error", "NEW", 20)], [], "error A, error B, error C, error NEW", id="one outcome"),
        pytest.param(
            [("error", "NEW", 11), ("timeout", "NEW", 9)], [],
            "error A, error B, error C, error NEW, timeout NEW", id="two outcomes"
        ),
        pytest.param([("error", "NEW", 19)], [], "error A, error B, error C", id="too few"),
        pytest.param(
            [("error", "OLD", 20)], [("success", "OLD", 40)], "error A, error B, error C", id="known by a success"
        ),
    ],
)  # fmt: skip
def test_a_result_code_that_is_new_is_named_beside_those_that_grew(
    now: list[tuple[str, str, int]], before: list[tuple[str, str, int]], codes: str
) -> None:
    assert with_codes([*GREW, *now], before) == codes
