"""Incidents with one cause are reported as one: tests which incident is part of which other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.incidents.causes import cells_of
from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import ALL, NO_CAUSE, Cause, Incident
from pipelines.incidents.parts import with_parts
from tests.support import DAY, DataFolder, days_before, records

FOLDER = Folder({}, 1.0, 3)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 4)


def incident(metric: str, app_key: str, channel: str) -> Incident:
    """Return an incident whose id consists of its metric, app and channel."""
    kind = "volume" if metric == "volume" else "rate"
    named = f"{metric} {app_key} {channel}"
    return Incident(
        named, kind, metric, app_key, channel, FIRST, LAST, "recovered", 3, 100, 0, 100, 300, NO_CAUSE
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "lost", "is_part"),
    [(0, 300, True), (5, 300, True), (-1, 300, True), (-2, 300, False), (9, 300, False), (5, 401, False)],
)
def test_a_volume_that_fell_while_its_rate_was_down_is_part_of_it(first: int, lost: float, is_part: bool) -> None:
    rate = replace(incident("technical_success_rate", "shop", "one_click"), last_day=FIRST + timedelta(days=8))
    begun = FIRST + timedelta(days=first)
    volume = incident("volume", "shop", "one_click")
    volume = replace(volume, first_day=begun, last_day=begun + timedelta(days=20), lost_total=lost)
    (found,) = (one for one in with_parts([rate, volume], pl.DataFrame(), FOLDER) if one.kind == "volume")
    assert found.part_of == (rate.incident_id if is_part else None)


def test_the_fall_of_all_apps_is_part_of_the_silence_of_the_one_that_explains_it() -> None:
    names = ("app_key", "requests_before", "successes_before", "requests_now", "successes_now")
    counts = pl.DataFrame([("good", 900, 837, 0, 0), ("weak", 300, 240, 300, 240)], schema=list(names), orient="row")
    together, silent = incident("technical_success_rate", ALL, "weibo"), incident("volume", "good", ALL)
    other = incident("volume", "weak", ALL)
    cells = cells_of(counts.with_columns(pl.lit(together.incident_id).alias("incident_id")), ("app_key",))
    found = with_parts([together, other, silent], cells, FOLDER)
    assert {one.incident_id: one.part_of for one in found} == {
        together.incident_id: silent.incident_id, silent.incident_id: None, other.incident_id: None,
    }  # fmt: skip


def part_of(*incidents: Incident, folder: Folder = FOLDER) -> dict[str, str | None]:
    """Return, by incident id, the id of the incident that it is part of; None if it is independent."""
    cells = cells_of(
        pl.DataFrame(
            [("", "x", 10, 9, 10, 9)],
            ["incident_id", "app_key", "requests_before", "successes_before", "requests_now", "successes_now"],
            orient="row",
        ),
        ("app_key",),
    )
    return {one.incident_id: one.part_of for one in with_parts(list(incidents), cells, folder)}


def caused(one: Incident, kind: str, cell: str | None = None, **changes: object) -> Incident:
    return replace(one, cause=Cause(kind, cell), **changes)  # type: ignore[arg-type]


def test_one_cell_is_one_incident_of_whatever_app_channel_and_metric() -> None:
    cell = ("cell", "carrier=CUCC")
    all_apps = caused(incident("technical_success_rate", ALL, "one_click"), *cell, lost=50.0)
    results = caused(incident("verification_result_rate", ALL, "local_verify"), *cell, lost=40.0)
    shop = caused(incident("technical_success_rate", "shop", "one_click"), *cell, lost=90.0)
    other = caused(incident("technical_success_rate", "shop", "wechat"), "cell", "carrier=CMCC")
    late = caused(shop, *cell, incident_id="late", first_day=FIRST + timedelta(days=2), app_key="late")
    assert part_of(all_apps, results, shop, other, late) == {
        all_apps.incident_id: None, results.incident_id: all_apps.incident_id, shop.incident_id: all_apps.incident_id,
        other.incident_id: None, "late": None,
    }  # fmt: skip


def test_without_all_apps_the_largest_of_one_cell_is_the_whole() -> None:
    few, many = (
        caused(incident("technical_success_rate", app, "one_click"), "cell", "sdk_version=2", lost=lost)
        for app, lost in (("a", 10.0), ("b", 20.0))
    )
    assert part_of(few, many) == {few.incident_id: many.incident_id, many.incident_id: None}


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_of_equal_losses_the_sign_in_rate_is_part_of_technical_success(first: str, second: str) -> None:
    """The result does not depend on the order of the ids, which change with the day."""
    technical, sign_ins = (
        replace(caused(incident(metric, ALL, channel), "cell", "sdk_version=2", lost=18.0), incident_id=name)
        for metric, channel, name in (("technical_success_rate", "one_click", first), ("sign_in_rate", ALL, second))
    )
    assert part_of(technical, sign_ins) == {first: None, second: first}


def test_what_fell_everywhere_in_several_channels_is_one_incident() -> None:
    wechat, results = (
        caused(incident(metric, ALL, channel), "broad", lost=lost)
        for metric, channel, lost in (
            ("technical_success_rate", "wechat", 80.0), ("verification_result_rate", "local_verify", 30.0),
        )
    )  # fmt: skip
    shop = caused(incident("technical_success_rate", "shop", "qq"), "broad")
    assert part_of(wechat, results, shop) == {
        wechat.incident_id: None, results.incident_id: wechat.incident_id, shop.incident_id: None,
    }  # fmt: skip


def of_data(metric: str, cause: str, lost: float) -> Incident:
    return replace(
        incident(metric, ALL, ALL), kind="data", cause=Cause(cell=cause), lost=lost, lost_total=lost, level_now=0.0
    )


def volume(app: str, lost: float) -> Incident:
    return replace(incident("volume", app, ALL), level_before=lost, level_now=0.0, lost=lost, lost_total=lost)


def missing(shop: float, bank: float) -> Folder:
    """Return the totals of a folder with three apps on a day on which 400 requests are missing.

    `shop` and `bank` are the missing requests of these two apps. There are two records for each request.
    """
    return Folder({(ALL, FIRST): 400.0, ("shop", FIRST): shop, ("bank", FIRST): bank}, 2.0, 3)


def test_volumes_are_part_of_a_short_day() -> None:
    folder = missing(200.0, 100.0)
    short, shop, bank = of_data("short_day", "all", 800), volume("shop", 200), volume("bank", 100)
    assert part_of(short, shop, bank, folder=folder) == {
        short.incident_id: None, shop.incident_id: short.incident_id, bank.incident_id: short.incident_id,
    }  # fmt: skip


def test_a_short_day_is_part_of_the_app_that_explains_it_by_its_requests() -> None:
    """Losses are compared in requests, and a request has two records in this log."""
    folder = missing(310.0, 60.0)
    short, shop, bank = of_data("short_day", "all", 800), volume("shop", 310), volume("bank", 60)
    assert part_of(short, shop, bank, folder=folder) == {
        short.incident_id: shop.incident_id, shop.incident_id: None, bank.incident_id: None,
    }  # fmt: skip
    # In a folder of one app the records of other apps cannot be missing.
    alone = replace(folder, apps=1)
    assert part_of(short, shop, folder=alone) == {short.incident_id: None, shop.incident_id: short.incident_id}


@pytest.mark.parametrize(
    ("begun", "last", "is_part"), [(0, 9, True), (1, 9, True), (-1, -1, True), (-7, 0, True), (-7, -2, False)]
)
def test_a_short_day_is_part_of_an_app_that_is_down_on_it_however_long(begun: int, last: int, is_part: bool) -> None:
    """The app has no requests at weekends. So the mean loss of a week is lower than the loss on a workday."""
    short, shop = of_data("short_day", "all", 800), volume("shop", 310 * 5 / 7)
    shop = replace(shop, first_day=FIRST + timedelta(days=begun), last_day=FIRST + timedelta(days=last))
    found = part_of(short, shop, folder=missing(310.0, 0.0))
    assert found == {short.incident_id: shop.incident_id if is_part else None, shop.incident_id: None}


def test_a_short_day_is_part_of_the_largest_volume_of_its_app() -> None:
    short, small, large = of_data("short_day", "all", 800), volume("shop", 5), volume("shop", 300)
    small, large = (replace(one, channel=channel) for one, channel in ((small, "wechat"), (large, "one_click")))
    for ids in (("a", "z"), ("z", "a")):
        small, large = (replace(one, incident_id=of) for one, of in zip((small, large), ids, strict=True))
        assert part_of(short, small, large, folder=missing(310.0, 0.0))[short.incident_id] == large.incident_id


def test_a_short_day_is_no_part_of_an_app_that_lost_more_on_other_days() -> None:
    short, shop = of_data("short_day", "all", 800), volume("shop", 900)
    assert part_of(short, shop, folder=missing(100.0, 0.0)) == {
        short.incident_id: None, shop.incident_id: short.incident_id,
    }  # fmt: skip


def test_an_app_that_ended_explains_each_short_day_after_its_end(folder: DataFolder) -> None:
    """`shop` has no records at weekends. After its end, weekends are as usual, so each week begins a new short day."""
    folder.write("authmeter.toml", 'calendar = "none"')
    days = [days_before(DAY, back) for back in range(43, -1, -1)]
    ended = days_before(DAY, 8)
    bank = [one for day in days for one in records(20, day, "bank", app_key="bank")]
    shop = [one for day in days if day < ended and day.weekday() < 5 for one in records(100, day)]
    folder.land("a.ndjson", bank + shop)
    folder.tables()
    found = folder.rows(
        "SELECT one.metric, one.first_day, whole.metric, whole.app_key FROM incidents AS one "
        "LEFT JOIN incidents AS whole ON one.part_of = whole.incident_id "
        f"WHERE one.first_day >= DATE '{ended}' ORDER BY one.metric, one.first_day"
    )
    assert found == [
        ("short_day", ended, "volume", "shop"), ("short_day", days_before(DAY, 1), "volume", "shop"),
        ("volume", ended, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("lost", "whole"), [(700.0, "hour_shift"), (300.0, "short_day")])
def test_a_short_day_and_its_hours_are_one_incident(lost: float, whole: str) -> None:
    short, hours = of_data("short_day", "all", 800), of_data("hour_shift", "source=gw & hour=13", lost)
    shop = volume("shop", 390)
    found = part_of(short, hours, shop, folder=missing(310.0, 0.0))
    assert [incident_id for incident_id, of in found.items() if of is None] == [f"{whole} * *"]


def test_further_kinds_are_part_of_one_another_alone() -> None:
    rate = caused(incident("technical_success_rate", "shop", "one_click"), "broad", lost=90.0)
    cancelled = replace(caused(incident("cancellation_rate", "shop", "one_click"), "broad"), kind="further")
    surge, of_channel = (replace(incident("surge", "shop", channel), kind="further") for channel in (ALL, "one_click"))
    found = part_of(rate, cancelled, surge, of_channel)
    assert found == {
        rate.incident_id: None, cancelled.incident_id: None, surge.incident_id: None,
        of_channel.incident_id: surge.incident_id,
    }  # fmt: skip
