"""Tests the incidents of the sign-in rate: when it falls, with which cause, and as part of which other incident."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from pipelines.contract.record.dimensions import SESSION_CAUSES
from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import ALL, Cause, Incident, Loss, Span, Subject
from pipelines.incidents.parts import with_parts
from pipelines.incidents.sign_in_incidents import sign_in_incidents

FIRST = date(2026, 3, 2)
SCHEMA = {
    "day": pl.Date,
    **dict.fromkeys(SESSION_CAUSES, pl.String),
    **dict.fromkeys(("sessions", "direct", "retry", "other", "cut", "lost"), pl.Int64),
}
Row = tuple[str, str, int, int]
"""App, scheme, sessions, and how many of them signed in."""


def found_in(days: list[list[Row]], servers: list[bool] | None = None) -> tuple[list[Incident], pl.DataFrame]:
    """Return the incidents of days with these sessions, and the cells of the incidents.

    Each row has app, scheme, sessions and signed-in sessions, and gets ten more sessions that midnight cuts. `servers`
    has, for each day, whether the server logs sign-ins.
    """
    dates = tuple(FIRST + timedelta(days=place) for place in range(len(days)))
    sessions = [
        {"day": day, "app_key": app, "entry_channel": "one_click", "platform": "android", "carrier": "CMCC",
         "sdk_version": "2.1", "scheme_id": scheme, "sessions": n + 10, "direct": k - k // 5, "retry": k // 5,
         "other": 0, "cut": 10, "lost": n - k}
        for day, rows in zip(dates, days, strict=True)
        for app, scheme, n, k in rows
    ]  # fmt: skip
    books = [
        (day, app, 510, servers[place] if servers else True)
        for place, day in enumerate(dates)
        for app in {app for app, *_ in days[place]}
    ]
    with duckdb.connect() as connection:
        connection.register("session_daily", pl.DataFrame(sessions, SCHEMA))
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


def test_the_cause_of_all_apps_is_the_app_that_explains_them() -> None:
    bad: list[Row] = [("shop", "a", 500, 300), ("shop", "b", 500, 300), ("bank", "a", 400, 360)]
    found, _ = found_in([*[USUAL] * 40, bad, bad])
    (together,) = [one for one in found if one.app_key == ALL]
    assert (together.cause.cell, together.level_now) == ("app_key=shop", pytest.approx(960 / 1400))


@pytest.mark.parametrize("cell", [
    "entry_channel=wechat", "platform=ios", "carrier=CUCC", "sdk_version=2.2", "scheme_id=b",
    "platform=ios & sdk_version=2.2",
])  # fmt: skip
def test_each_dimension_of_sessions_can_be_the_cause(cell: str) -> None:
    named = dict(one.split("=") for one in cell.split(" & "))
    usual = {"entry_channel": "one_click", "platform": "android", "carrier": "CMCC", "sdk_version": "2.1",
             "scheme_id": "a"}  # fmt: skip
    rest = [{name: value} for name, value in named.items()] if len(named) > 1 else []
    kinds = [usual | some for some in ({}, named, *rest)]
    rows = [
        {"day": FIRST + timedelta(days=place), "app_key": "shop", "sessions": 500, "direct": 450 if is_well else 250,
         "retry": 0, "other": 0, "cut": 0, "lost": 50 if is_well else 250} | kind
        for place in range(42) for kind in kinds
        for is_well in [place < 40 or kind != usual | named]
    ]  # fmt: skip
    books = [{"day": FIRST + timedelta(days=place), "app_key": "shop", "by_server": True} for place in range(42)]
    with duckdb.connect() as connection:
        connection.register("session_daily", pl.DataFrame(rows))
        connection.register("session_books", pl.DataFrame(books))
        found, cells = sign_in_incidents(connection, tuple(FIRST + timedelta(days=place) for place in range(42)))
    (shop,) = [one for one in found if one.app_key == "shop"]
    assert shop.cause.cell == cell
    assert set(cells.filter(pl.col("second").is_null())["dimension"]) >= {*usual}


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


def rate(metric: str, app: str, channel: str, lost: float, first: int = 1) -> Incident:
    days = [FIRST + timedelta(days=place) for place in range(5)]
    loss = Loss(0.9, 0.5, lost, lost)
    return Incident.of(Subject("rate", metric, app, channel), days, Span(first, None, "open"), loss, Cause("mix"))


def test_it_is_part_of_the_technical_success_of_its_app_that_lost_most() -> None:
    sign_in = rate("sign_in_rate", "shop", ALL, 50)
    few, many = (
        rate("technical_success_rate", "shop", channel, lost) for channel, lost in (("qq", 20), ("wechat", 40))
    )
    late, other = (
        rate("technical_success_rate", "shop", "weibo", 99, 3),
        rate("technical_success_rate", "bank", "qq", 99),
    )
    cells = pl.DataFrame(schema={"incident_id": pl.String, "dimension": pl.String, "second": pl.String})
    found = {one.incident_id: one for one in with_parts([sign_in, few, many, late, other], cells, Folder({}, 1.0, 2))}
    assert found[sign_in.incident_id].part_of == many.incident_id
    assert [one.part_of for key, one in found.items() if key != sign_in.incident_id] == [None] * 4


@pytest.mark.parametrize(("first", "is_part"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_it_is_part_of_what_opened_within_a_day_of_it(first: int, is_part: bool) -> None:
    sign_in, other = (
        rate("sign_in_rate", "shop", ALL, 50, 2),
        rate("technical_success_rate", "shop", "qq", 9, 2 + first),
    )
    cells = pl.DataFrame(schema={"incident_id": pl.String, "dimension": pl.String, "second": pl.String})
    found = {one.metric: one.part_of for one in with_parts([sign_in, other], cells, Folder({}, 1.0, 2))}
    assert found["sign_in_rate"] == (other.incident_id if is_part else None)


def test_of_equal_losses_the_first_id_is_the_whole() -> None:
    sign_in = rate("sign_in_rate", "shop", ALL, 50)
    others = [rate("technical_success_rate", "shop", channel, 40) for channel in ("weibo", "qq", "wechat")]
    cells = pl.DataFrame(schema={"incident_id": pl.String, "dimension": pl.String, "second": pl.String})
    (found, *_) = with_parts([sign_in, *others], cells, Folder({}, 1.0, 2))
    assert found.part_of == min(one.incident_id for one in others)
