"""The published figures that a restatement lists, and the causes that it names."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.store.published_file import open_published
from reports.content.context import data_state, quality_by_day
from reports.content.published import PublishedTables
from reports.content.trust import finality
from tests.support import DAY, CopyOf, DataFolder, Row, days_before, record, records

BEFORE = days_before(DAY, 1)
LISTED = "app_key, channel, metric, published_before, published_now"


# Records of an app before and after its log is replaced, and the listed restatements: channel, metric, before, now.
FIRST = [record("e1", channel="wechat"), record("e2", device_id="d1")]
CARRIED, SCHEMES = records(5, carrier="CMCC"), [*records(3, scheme_id="s1"), record("gone", scheme_id="s3")]
PAGE = record("page", stage="page", package_name="old")
SOME = [record("e1"), record("e2", channel="qq", carrier="CMCC"), record("e3", channel="wechat", carrier="CMCC")]
CASES: dict[str, tuple[list[Row], list[Row], list[tuple[Any, ...]]]] = {
    "every_figure_of_both_tables": (FIRST, [*FIRST, record("e3", stage="login", device_id="d2", latency_ms=40)], [
        ("*", "billable_verifications", 0, 1),
        ("*", "devices", 1, 2),
        ("*", "number_verifications", 0, 1),
        ("*", "one_click_verifications", 0, 1),
        ("*", "records", 2, 3),
        ("*", "verification_requests", 0, 1),
        ("one_click", "authorization_requests", 1, 2),
        ("one_click", "authorizations", 1, 2),
        ("one_click", "billable_verifications", 0, 1),
        ("one_click", "devices", 1, 2),
        ("one_click", "latency_p50_ms", None, 40),
        ("one_click", "latency_p95_ms", None, 40),
        ("one_click", "records", 1, 2),
        ("one_click", "verification_requests", 0, 1),
        ("one_click", "verifications", 0, 1),
    ]),
    "a_step_that_no_figure_counts": (records(2), [*records(2), record("page", stage="page")], [
        ("*", "records", 2, 3), ("one_click", "records", 2, 3),
    ]),
    # One of five records moves from CMCC to CUCC and one to another SDK: four rows change by one each.
    "moved_between_rows_of_outcomes": (
        CARRIED, [CARRIED[0] | {"carrier": "CUCC"}, CARRIED[1] | {"sdk_version": "2.0"}, *CARRIED[2:]],
        [("one_click", "records_moved", None, 2)],
    ),
    # The schemes of `outcome_daily` are one; in the detail s1 has a record less, s2 is new, s3 is gone.
    "moved_between_rows_of_the_detail": (
        SCHEMES, [SCHEMES[0] | {"scheme_id": "s2"}, *SCHEMES[1:3], SCHEMES[3] | {"scheme_id": "s2"}],
        [("one_click", "records_moved", None, 3)],
    ),
    "a_row_of_the_detail_without_a_count": (
        [PAGE, record("e1")], [PAGE | {"package_name": "new"}, record("e1")], [("one_click", "records_moved", None, 2)],
    ),
    "moved_records_of_channels_whose_figures_stayed": (
        SOME, [SOME[0] | {"outcome": "timeout", "carrier": "CUCC"}, *(row | {"carrier": "CUCC"} for row in SOME[1:])],
        [
            ("one_click", "authorizations", 1, 0), ("one_click", "authorizations_failed", 0, 1),
            ("qq", "records_moved", None, 1), ("wechat", "records_moved", None, 1),
        ],
    ),
    "another_order": (records(3), records(3)[::-1], []),
}  # fmt: skip


def replaced_logs(folder: DataFolder) -> None:
    """Roll up the first records of each case, replace their log by the second records, and publish.

    Each case is an app.
    """
    for place, step in enumerate((folder.roll_up, folder.tables)):
        rows = [
            row | {"app_key": app, "event_id": f"{app}-{row['event_id']}"}
            for app, case in CASES.items()
            for row in (case[0], case[1])[place]
        ]
        folder.land("a.ndjson", rows)
        step()


@pytest.mark.parametrize("app", CASES)
def test_each_changed_figure_of_a_closed_day_is_listed(made_once: CopyOf, app: str) -> None:
    folder = made_once(replaced_logs)
    listed = folder.rows(f"SELECT channel, metric, published_before, published_now FROM restatements "
                         f"WHERE app_key = '{app}' ORDER BY ALL")  # fmt: skip
    assert listed == CASES[app][2]
    assert folder.rows("SELECT restated FROM day_quality") == [(True,)]


def test_another_name_restates_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, platform="h5"))
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\nshop,Shop,ios,,,\n")
    folder.roll_up()
    folder.land("a.ndjson", records(3, platform="h5")[::-1])
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\nshop,New,h5,,,\n")
    folder.tables()
    assert folder.rows("SELECT app_name, platform FROM usage_daily") == [("New", "h5")]
    assert folder.rows("SELECT restated FROM day_quality") == [(False,)]
    assert folder.rows("FROM restatements") == []


def test_a_day_that_appears_lists_the_figures_that_are_zero(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, days_before(DAY, 2)) + records(1))
    folder.roll_up()
    # A step that names no device: the app's devices are 0, where they were unknown.
    folder.land("late.ndjson", [record("p", BEFORE, stage="page")])
    folder.roll_up()
    expected = {("shop", channel, *row) for channel in ("*", "one_click")
                for row in (("devices", None, 0), ("records", None, 1))}  # fmt: skip
    assert {row for row in folder.restated(LISTED) if row[2] in ("devices", "records")} == expected


def test_a_mended_dictionary_restates_without_reading_logs_again(folder: DataFolder) -> None:
    codes = [record(f"e{day}", day, outcome=None, result_code="new code") for day in (BEFORE, DAY)]
    folder.land("a.ndjson", codes)
    folder.roll_up()
    assert [entry.unmapped for entry in folder.manifest.days.values()] == [1, 1]
    (folder.store.landing / "a.ndjson").unlink()
    folder.write(
        "registry/result_codes.csv",
        "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\numeng,sdk,*,new code,success,,,\n",
    )
    folder.land("late.ndjson", records(1, BEFORE, "late"))
    folder.roll_up()
    assert folder.stored("outcome_daily", "DISTINCT outcome") == [("success",)]
    mended = "registry, result codes or billing rule"
    found = folder.restated("day, cause, metric, published_before, published_now")
    of_day = [("authorizations", 0, 1), ("authorizations_failed", 1, 0)]
    assert [row for row in found if row[0] == DAY] == [(DAY, mended, *row) for row in of_day]
    # A late file and the dictionary are both the cause.
    assert {cause for day, cause, *_ in found if day == BEFORE} == {f"late.ndjson; {mended}"}


def test_a_day_says_how_often_days_of_its_age_changed(folder: DataFolder) -> None:
    """A fifth of a day's records come late. The figures published until the day was three days old lack them."""
    days = [days_before(DAY, back) for back in (3, 2, 1, 0)]
    folder.land("early.ndjson", [row for day in days[:-1] for row in records(8, day)])
    folder.roll_up(days[2])
    folder.land("late.ndjson", records(2, days[0], prefix="late"))
    folder.land(f"{DAY}.ndjson", records(8))
    folder.tables()

    def said() -> dict[date, str]:
        return {day: _finality(folder, day) for day in days}

    expected = {
        days[3]: "1 天前的数据：过去 60 天里改过 1 次，最多 20.0%。",
        days[2]: "2 天前的数据：过去 60 天里改过 1 次，最多 20.0%。",
        days[1]: "3 天前的数据：过去 60 天里改过 1 次，最多 20.0%。",
        # It was younger when it changed.
        days[0]: "4 天前的数据：过去 60 天里没有改过。",
    }
    assert folder.rows("SELECT DISTINCT day, closed_through FROM restatements") == [(days[0], days[2])]
    assert said() == expected
    # An earlier version did not note the day; the file that came has it.
    (file,) = (folder.store.warehouse / "restatements").iterdir()
    pl.read_parquet(file).drop("closed_through").write_parquet(file)
    folder.store.database.unlink()
    folder.open().build_marts()
    assert folder.rows("SELECT DISTINCT closed_through FROM restatements") == [(None,)]
    assert said() == expected


def test_a_day_says_that_its_figures_changed_without_a_new_record(folder: DataFolder) -> None:
    """A corrected dictionary changes the outcome of two of the day's four records.

    A registered platform then moves all records of the day before, which have no platform. It does not move the day's
    record of that app, which has one.
    """
    code = {"outcome": None, "result_code": "new code"}
    other = record("other", app_key="game", platform="h5")
    folder.land("a.ndjson", [record("e"), *records(2, prefix="c", **code), other, *records(4, BEFORE, app_key="game")])
    folder.roll_up()
    folder.write(
        "registry/result_codes.csv",
        "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\numeng,sdk,*,new code,success,,,\n",
    )
    folder.tables()
    assert _finality(folder, DAY) == "1 天前的数据：过去 60 天里改过 1 次，最多 50.0%。"
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\ngame,Game,ios,,,\n")
    assert folder.tables().days == [BEFORE]
    platforms = "SELECT day, platform FROM outcome_daily WHERE app_key = 'game' ORDER BY day"
    assert folder.rows(platforms) == [(BEFORE, "ios"), (DAY, "h5")]
    assert ("game", "one_click", "records_moved", None, 4) in folder.restated(LISTED)
    assert folder.rows("SELECT day FROM day_quality WHERE restated ORDER BY day") == [(BEFORE,), (DAY,)]
    assert _finality(folder, DAY) == "1 天前的数据：过去 60 天里改过 2 次，最多 100.0%。"
    assert _finality(folder, BEFORE) == "2 天前的数据：过去 60 天里改过 1 次，最多 100.0%。"


def test_a_day_says_that_only_its_devices_changed(folder: DataFolder) -> None:
    """Only the number of devices is restated, so the share of changed records is unknown."""
    folder.land("a.ndjson", [record("e1", device_id="d1"), record("e2", device_id="d2")])
    folder.roll_up()
    folder.land("a.ndjson", [record("e1", device_id="d1"), record("e2", device_id="d1")])
    folder.tables()
    assert folder.restated("DISTINCT metric") == [("devices",)]
    assert _finality(folder, DAY) == "1 天前的数据：过去 60 天里改过 1 次。"


def _finality(folder: DataFolder, day: date) -> str:
    """Return how often days as old as `day` changed: a part of the sentence on the page of the day."""
    with closing(open_published(folder.store.database)) as connection:
        marts = PublishedTables(connection)
        return finality(data_state(marts, quality_by_day(marts), 400), day).zh.split("；")[1]


def test_a_day_is_compared_with_tables_that_lack_a_column_of_this_version(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, carrier="CMCC"))
    folder.roll_up()
    day = folder.manifest.days[DAY]
    for table in ("outcome_daily", "channel_detail_daily"):
        file = folder.store.day_table(day, table)
        pl.read_parquet(file).drop("carrier").write_parquet(file)
    folder.land("b.ndjson", [record("e4", carrier="CUCC")])
    folder.roll_up()
    assert ("shop", "one_click", "records", 3, 4) in folder.restated(LISTED)
    assert ("records_moved",) not in folder.restated("metric")
