"""Tests the incidents of the sign-in rate: when it falls, with which cause, and as part of which other incident."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import ALL, Cause, Incident, Loss, Span, Subject
from pipelines.incidents.parts import with_parts
from pipelines.incidents.sign_in_incidents import sign_in_incidents

FIRST = date(2026, 3, 2)
SCHEMA = {
    "day": pl.Date,
    **dict.fromkeys(("app_key", "entry_channel", "platform", "carrier", "sdk_version", "scheme_id"), pl.String),
    **dict.fromkeys(("sessions", "direct", "retry", "other", "cut", "lost"), pl.Int64),
}
Row = tuple[str, str, int, int]
"""App, scheme, sessions, and how many of them signed in."""


def found_in(days: list[list[Row]], servers: list[bool] | None = None) -> tuple[list[Incident], pl.DataFrame]:
    """Return the incidents, and their cells, of days with these sessions; midnight cuts ten more of each row."""
    dates = tuple(FIRST + timedelta(days=place) for place in range(len(days)))
    sessions = [
        (day, app, "one_click", "android", "CMCC", "2.1", scheme, n + 10, k - k // 5, k // 5, 0, 10, n - k)
        for day, rows in zip(dates, days, strict=True)
        for app, scheme, n, k in rows
    ]
    books = [
        (day, app, 510, servers[place] if servers else True)
        for place, day in enumerate(dates)
        for app in {app for app, *_ in days[place]}
    ]
    with duckdb.connect() as connection:
        connection.register("session_daily", pl.DataFrame(sessions, SCHEMA, orient="row"))
        connection.register(
            "session_books",
            pl.DataFrame(
                books,
                {"day": pl.Date, "app_key": pl.String, "sessions": pl.Int64, "by_server": pl.Boolean},
                orient="row",
            ),
        )
        return sign_in_incidents(connection, dates)


USUAL: list[Row] = [("shop", "a", 500, 450), ("shop", "b", 500, 450), ("bank", "a", 400, 360)]


def test_a_rate_that_stays_has_no_incident() -> None:
    assert found_in([USUAL] * 40)[0] == []


def test_a_scheme_that_loses_its_users_is_the_cause() -> None:
    bad: list[Row] = [("shop", "a", 500, 450), ("shop", "b", 500, 300), ("bank", "a", 400, 360)]
    found, cells = found_in([*[USUAL] * 40, bad, bad])
    (shop,) = [one for one in found if one.app_key == "shop"]
    assert (shop.kind, shop.metric, shop.channel, shop.first_day) == (
        "rate", "sign_in_rate", ALL, FIRST + timedelta(days=40),
    )  # fmt: skip
    # Sessions that midnight cut are not counted.
    assert (shop.level_before, shop.level_now, shop.lost, shop.lost_total) == (
        pytest.approx(0.9), pytest.approx(0.75), pytest.approx(150), pytest.approx(300),
    )  # fmt: skip
    assert (shop.cause.cell, shop.cause.now) == ("scheme_id=b", pytest.approx(0.6))
    assert {one.app_key for one in found} == {"shop", ALL}
    assert "entry_channel" in cells["dimension"].to_list()


def test_days_with_another_kind_of_log_are_no_baseline() -> None:
    """If the server logs the sign-ins, fewer sessions are counted as signed in."""
    other: list[Row] = [("shop", "a", 500, 350), ("shop", "b", 500, 350)]
    usual: list[Row] = USUAL[:2]
    by_server = [False] * 30 + [True] * 20
    found, _ = found_in([*[usual] * 30, *[other] * 20], by_server)
    assert [one for one in found if one.app_key == "shop"] == []
    worse: list[Row] = [("shop", "a", 500, 250), ("shop", "b", 500, 250)]
    found, _ = found_in([*[usual] * 30, *[other] * 20, worse], [*by_server, True])
    (shop,) = [one for one in found if one.app_key == "shop"]
    assert (shop.level_before, shop.level_now) == (pytest.approx(0.7), pytest.approx(0.5))


def test_it_is_part_of_the_technical_success_of_its_app_that_lost_most() -> None:
    def rate(metric: str, app: str, channel: str, lost: float, first: int = 0) -> Incident:
        days = [FIRST + timedelta(days=place) for place in range(5)]
        loss = Loss(0.9, 0.5, lost, lost)
        return Incident.of(Subject("rate", metric, app, channel), days, Span(first, None, "open"), loss, Cause("mix"))

    sign_in = rate("sign_in_rate", "shop", ALL, 50)
    few, many = (
        rate("technical_success_rate", "shop", channel, lost) for channel, lost in (("qq", 20), ("wechat", 40))
    )
    late, other = (
        rate("technical_success_rate", "shop", "weibo", 99, 2),
        rate("technical_success_rate", "bank", "qq", 99),
    )
    cells = pl.DataFrame(schema={"incident_id": pl.String, "dimension": pl.String, "second": pl.String})
    found = {one.incident_id: one for one in with_parts([sign_in, few, many, late, other], cells, Folder({}, 1.0, 2))}
    assert found[sign_in.incident_id].part_of == many.incident_id
    assert [one.part_of for key, one in found.items() if key != sign_in.incident_id] == [None] * 4
