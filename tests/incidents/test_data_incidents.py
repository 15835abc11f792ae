"""Tests the incidents of the data: each fault is reported with its metric and cause, and harmless changes are not.

`lab/incidents/data_fault_trial.py` tries the same faults on many installations.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from lab.incidents.data_fault_trial import FAULTS, LARGE, found_of, incidents_in, installations
from pipelines.incidents.data.data_faults import Fault, copied_days, missing_days
from pipelines.incidents.data.data_incidents import dated
from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import Incident
from pipelines.incidents.parts import with_parts
from pipelines.incidents.published import incidents_of
from pipelines.incidents.usual.volumes import usual_records
from pipelines.store.manifest import DayRows
from pipelines.store.published_file import open_published
from tests.data.simulated_days import FIRST, SOURCES, Installation
from tests.support import DAY, DataFolder, records

DAYS = 30
MONDAY = date(2026, 1, 5)
NO_REQUESTS = Folder({}, 1.0, 1)
CALM = Installation(3, records=20_000, apps=5, noise=0.02, growth=0.0, holidays=False)


def found(name: str | None, place: int = DAYS - 1) -> list[Incident]:
    manifest, counts, days = CALM.days(DAYS, {place: FAULTS[name]} if name else {})
    return incidents_in(counts, manifest, days)


@pytest.mark.parametrize(
    ("name", "metric", "cause"),
    [
        ("a source gone", "missing_delivery", "source=sdk"),
        ("a host's file gone", "missing_delivery", "file=gateway/gw1/<day>.log"),
        ("a stage gone", "mix_shift", "channel=one_click & stage=page"),
        ("the afternoon gone", "short_day", "hours=12-23"),
        ("the day twice under new ids", "repeated_records", "channel=local_verify, one_click, qq, wechat, weibo"),
        ("ids used again", "duplicate_share", None),
        ("a field gone", "field_shift", "field=sdk_version"),
        ("a fifth of codes unmapped", "unmapped_share", None),
        ("rejects of 15 %", "rejected_share", None),
    ],
)
def test_a_fault_has_its_name_and_cause(name: str, metric: str, cause: str | None) -> None:
    named = {one.metric: one for one in with_parts(found(name), pl.DataFrame(), NO_REQUESTS)}
    assert (named[metric].cause.cell, named[metric].first_day, named[metric].state, named[metric].part_of) == (
        cause, FIRST + timedelta(days=DAYS - 1), "open", None,
    )  # fmt: skip
    assert all(one.part_of for one in named.values() if one.metric != metric)


def test_clean_days_have_none() -> None:
    assert found(None) == []


def test_a_copy_of_an_old_day_names_it() -> None:
    (one,) = (one for one in found("a copy of an old day", 20) if one.metric == "copied_day")
    assert one.cause.cell in {f"day={FIRST + timedelta(days=20 - back)}" for back in (1, 7)}
    assert (one.first_day, one.last_day, one.state) == (FIRST + timedelta(days=20), one.first_day, "recovered")


@pytest.mark.parametrize("name", ["half of a source gone", "half of a channel gone", "half of a platform gone"])
def test_half_of_a_part_is_found_where_a_quiet_weekday_has_as_much(name: str) -> None:
    """A Sunday of this installation usually has hardly more than half of the records of a workday."""
    assert found_of(installations(6, LARGE)[5], name)


def by_hour(levels: list[int]) -> tuple[pl.DataFrame, list[date]]:
    """Return counts by hour, and their days.

    Each day has its level plus h records in hour h. A day with level 0 has no records.
    """
    days = [FIRST + timedelta(days=place) for place in range(len(levels))]
    rows = [
        ("hour_shift", "gw", f"hour={hour:02d}", day, float(level + hour))
        for day, level in zip(days, levels, strict=True)
        for hour in range(24 if level else 0)
    ]
    return pl.DataFrame(rows, ["metric", "whole", "part", "day", "records"], orient="row"), days


@pytest.mark.parametrize(
    ("levels", "copies"),
    [
        ([*range(10, 19), 13], [("day=2026-01-04", 9, None, "open", None)]),
        # A stuck feed repeats the same day again and again; its incident stays open.
        ([*range(10, 18), 13, 13, 13], [("day=2026-01-04", 8, None, "open", None)]),
        ([*range(10, 18), *[17] * 28], [("day=2026-01-08", 8, None, "open", None)]),
        ([*range(10, 18), *[17] * 29], [("day=2026-01-08", 8, 35, "settled", 36)]),
        ([*range(10, 18), 13, 14, 20], [("day=2026-01-04, 2026-01-05", 8, 9, "recovered", 10)]),
        (
            [*range(10, 18), 13, 20, 13],
            [("day=2026-01-04", 8, 8, "recovered", 9), ("day=2026-01-04", 10, None, "open", None)],
        ),
        # Days without records, such as a weekend, do not end it.
        ([*range(10, 18), 13, 0, 0], [("day=2026-01-04", 8, None, "open", None)]),
        ([*range(10, 18), 13, 0, 14, 20], [("day=2026-01-04, 2026-01-05", 8, 10, "recovered", 11)]),
        ([*range(10, 18), 13, *[0] * 28], [("day=2026-01-04", 8, 35, "settled", 36)]),
        # After a long gap, too few days are known.
        ([*range(10, 18), *[0] * 56, *range(20, 26), 23], []),
        ([*range(10, 18), *[0] * 56, *range(20, 27), 23], [("day=2026-03-09", 71, None, "open", None)]),
        # If earlier days repeat each other, equal days are usual and no copies.
        ([10, 11, 12, 13, 13, 15, 16, 17, 18, 13], []),
        ([13] * 40, []),
        ([10, 10, 10, 10, 10, 7, 7] * 6, []),
    ],
)
def test_a_copy_has_as_many_records_in_every_hour_as_one_other_day(
    levels: list[int], copies: list[tuple[str, int, int | None, str, int | None]]
) -> None:
    counts, days = by_hour(levels)
    assert [(one.cause, *one.span) for one in copied_days(counts, days)] == copies
    few = counts.filter(pl.col("part") < "hour=08")
    assert list(copied_days(few, days)) == []


def test_copies_in_a_row_lost_what_each_of_them_has() -> None:
    (one,) = copied_days(*by_hour([*range(10, 18), 13, 14]))
    of_hours = sum(range(24))
    newest = 24 * 14 + of_hours
    assert one.loss[:4] == (newest, newest, newest, newest + 24 * 13 + of_hours)


def without(days: set[int]) -> list[Incident]:
    manifest, counts, all_days = CALM.days(DAYS, {})
    gone = [all_days[place] for place in days]
    manifest.days = {day: entry for day, entry in manifest.days.items() if day not in gone}
    manifest.files = [file for file in manifest.files if not file.days.keys() & set(gone)]
    return incidents_in(counts.filter(~pl.col("day").is_in(gone)), manifest, all_days)


def test_missing_days_are_open_until_later_ones_are_there() -> None:
    (one,) = without({20, 21})
    assert (one.metric, one.first_day, one.last_day) == ("missing_day", *(FIRST + timedelta(days=n) for n in (20, 21)))
    assert (one.state, one.ended_on, one.days, one.level_now) == ("recovered", FIRST + timedelta(days=22), 2, 0)
    assert one.lost_total > one.lost > 0
    (one,) = without({DAYS - 1})
    assert (one.state, one.last_day, one.ended_on) == ("open", None, None)


def missing_of_office(last: int) -> Fault:
    """Return the newest fault of missing days, as of the day with index `last`, in the log of an office.

    Workdays usually have 1,000 records, Saturdays 100, Sundays none. Nothing has arrived since Thursday of the sixth
    week, day 38.
    """
    days = [MONDAY + timedelta(days=place) for place in range(last + 1)]
    week = [1000] * 5 + [100, 0]
    counted = {day: week[place % 7] for place, day in enumerate(days) if place < 38 and week[place % 7]}
    return list(missing_days(counted, days))[-1]


@pytest.mark.parametrize("last", [38, 39, 40, 41, 42, 43])
def test_missing_days_stay_open_over_a_weekday_of_rest(last: int) -> None:
    """Day 41 is a Sunday, which usually has no records: it does not show that records come again."""
    assert missing_of_office(last).span == (38, None, "open", None)


@pytest.mark.parametrize(
    ("last", "lost", "in_all"),
    [(39, 1000, 2000), (40, 100, 2100), (41, 100, 2100), (42, 1000, 3100), (48, 100, 7200), (38 + 70, 1000, 52_000)],
)
def test_each_missing_day_lost_what_its_weekday_usually_has(last: int, lost: int, in_all: int) -> None:
    """A gap can be longer than the weeks from which the usual records of a weekday are computed."""
    loss = missing_of_office(last).loss
    assert (loss.level_before, loss.lost, loss.lost_total) == (lost, lost, in_all)


def test_records_of_a_weekday_of_rest_end_the_missing_days_before_it() -> None:
    days = [MONDAY + timedelta(days=place) for place in range(45)]
    counted = {day: 1000 for place, day in enumerate(days) if place == 41 or (place < 38 and place % 7 < 5)}
    found = list(missing_days(counted, days))[-2:]
    assert [one.span for one in found] == [(38, 39, "recovered", 41), (42, None, "open", None)]


def test_a_weekday_that_never_has_records_is_missed_twice_and_no_more() -> None:
    """The days begin on a Thursday, so day 2 is a Saturday."""
    found = [one for one in without({2, 9, 16, 23}) if one.metric == "missing_day"]
    assert [one.first_day for one in found] == [FIRST + timedelta(days=place) for place in (2, 9)]
    # A longer stop includes its Saturdays.
    (_, _, stop) = [one for one in without({2, 9, 16, 23, *range(20, 30)}) if one.metric == "missing_day"]
    assert (stop.first_day, stop.state, stop.days) == (FIRST + timedelta(days=20), "open", 10)


def test_what_usually_comes_late_is_not_missed() -> None:
    name = "a host's file gone"
    manifest, counts, days = CALM.days(DAYS, {DAYS - 1: FAULTS[name]})
    for file in manifest.files:
        file.days = {day: DayRows(rows.accepted, rows.accepted) for day, rows in file.days.items()}
    assert found(name)
    assert incidents_in(counts, manifest, days) == []


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("half of the day gone", set()),
        ("the day twice under new ids", set()),
        ("a stage gone", set()),
        ("a source gone", {"missing_delivery"}),
        ("a field gone", {"field_shift"}),
    ],
)
def test_a_holiday_has_a_norm_of_files_and_fields_alone(name: str, metrics: set[str]) -> None:
    manifest, counts, days = CALM.days(DAYS, {DAYS - 1: FAULTS[name]})
    assert found(name)
    assert {one.metric for one in incidents_in(counts, manifest, days, {days[-1]})} == metrics


def test_a_file_under_another_name_is_not_missing() -> None:
    manifest, counts, days = CALM.days(DAYS, {})
    manifest.files = [
        replace(file, path=file.path.replace("gw1", "gw9")) if days[-1] in file.days else file
        for file in manifest.files
    ]
    assert incidents_in(counts, manifest, days) == []


def test_rejects_of_removed_days_are_no_rejects_of_the_day_that_read_them() -> None:
    """Half of a file was rejected, and retention removed its accepted records. The file is still in landing, so its
    books remain.
    """
    manifest, counts, days = CALM.days(DAYS, {})
    old = replace(
        manifest.files[0], path="old.log", records_read=8000, accepted=4000, rejected=4000, days={}, run_day=days[-1]
    )
    manifest.files.append(old)
    assert incidents_in(counts, manifest, days) == []
    # A file without a single good record counts on the day that read it.
    manifest.files[-1] = replace(old, accepted=0, rejected=8000)
    assert [one.metric for one in incidents_in(counts, manifest, days)] == ["rejected_share"]


def test_users_who_take_another_way_are_no_part_that_is_gone() -> None:
    manifest, counts, days = CALM.days(DAYS, {})
    is_part = (pl.col("metric") == "mix_shift") & (pl.col("whole") == "") & (pl.col("day") == days[-1])
    one_click, wechat = (pl.col("part") == f"channel={name}" for name in ("one_click", "wechat"))

    def with_one_click(*, going_to_wechat: bool) -> list[Incident]:
        moved = counts.filter(is_part & one_click)["records"].item() * 0.6
        came = moved if going_to_wechat else 0.0
        records = pl.when(is_part & one_click).then(pl.col("records") - moved)
        records = records.when(is_part & wechat).then(pl.col("records") + came).otherwise("records")
        return incidents_in(counts.with_columns(records.alias("records")), manifest, days)

    assert with_one_click(going_to_wechat=True) == []
    assert [one.metric for one in with_one_click(going_to_wechat=False)] == ["mix_shift"]


def with_shares(*came: dict[str, float]) -> tuple[list[Incident], list[int]]:
    """Return the incidents if hosts of `gateway` deliver more or less than usual, and the number of missing records by
    day.

    `came` has an entry for each of the last days: by host, the factor for its records. Hosts without a factor are as
    usual.
    """
    manifest, counts, days = CALM.days(DAYS, {})
    missing = [0] * len(came)
    for place, file in enumerate(manifest.files):
        source, host, _ = file.path.split("/")
        for back, shares in enumerate(reversed(came), start=1):
            if days[-back] in file.days and source == "gateway":
                accepted = round(shares.get(host, 1) * file.accepted)
                missing[-back] += file.accepted - accepted
                rows = {days[-back]: DayRows(accepted=accepted)}
                manifest.files[place] = replace(file, records_read=accepted, accepted=accepted, rejected=0, days=rows)
    return incidents_in(counts, manifest, days), missing


def with_the_last_day_of(came: dict[str, float]) -> list[Incident]:
    """Return the incidents if hosts of `gateway` deliver these shares of their records on the last day."""
    return with_shares(came)[0]


def test_faults_that_began_together_end_with_the_last_of_them() -> None:
    """The file of `gw1` is missing on the first of three days. The file of `gw3` is smaller from the second day on."""
    (one,), missing = with_shares({"gw1": 0.0}, {"gw3": 0.4}, {"gw3": 0.4})
    assert one.cause.cell == "file=gateway/gw1/<day>.log, gateway/gw3/<day>.log"
    assert (one.first_day, one.state, one.last_day) == (FIRST + timedelta(days=DAYS - 3), "open", None)
    assert (one.lost_day, one.lost) == (FIRST + timedelta(days=DAYS - 1), pytest.approx(missing[-1], rel=0.2))
    assert one.lost_total == pytest.approx(sum(missing), rel=0.1)
    # The levels describe the file that is still smaller.
    assert one.level_now == pytest.approx(0.4 * one.level_before, rel=0.2)
    (one,), _ = with_shares({"gw1": 0.0}, {"gw3": 0.4}, {}, {})
    last = FIRST + timedelta(days=DAYS - 3)
    assert (one.state, one.last_day, one.ended_on) == ("recovered", last, last + timedelta(days=2))


def test_records_that_other_hosts_logged_are_not_missing() -> None:
    assert with_the_last_day_of({"gw1": 0.1, "gw2": 1.45, "gw3": 1.45}) == []
    assert with_the_last_day_of({"gw1": 0.1})


def test_half_of_a_file_is_missing_on_a_day_that_has_more_records_too() -> None:
    """The other files have more records because the day has more, not because they logged records of `gw1`."""
    (one,) = with_the_last_day_of({"gw1": 0.5, "gw2": 1.15, "gw3": 1.15})
    assert (one.metric, one.cause.cell) == ("missing_delivery", "file=gateway/gw1/<day>.log")


def test_an_hour_that_the_clock_skipped_is_not_gone() -> None:
    """Berlin skips the hour from 02:00 on 29 March. Other night hours have too few records, or vary too much, for a
    report.
    """
    large = Installation(3, records=400_000, apps=5, noise=0.02, growth=0.0, holidays=False)
    manifest, counts, days = large.days((date(2026, 3, 29) - FIRST).days + 1, {})
    is_gone = (pl.col("day") == days[-1]) & pl.col("part").str.ends_with("hour=02")
    without_it = counts.filter((pl.col("metric") != "hour_shift") | ~is_gone)
    assert len(without_it) == len(counts) - len(SOURCES)
    assert incidents_in(without_it, manifest, days) == []


def test_the_counts_come_from_the_store_and_the_published_tables(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    days = tuple(DAY - timedelta(days=back) for back in range(9, -1, -1))
    for day in days:
        made = records(200, day, f"r{day}")
        named = [row | {"device_id": f"d{number}"} for number, row in enumerate(made)]
        folder.land(f"{day}.ndjson", made if day == DAY else named)
    folder.tables()
    with closing(open_published(folder.store.database)) as connection:
        named = [one.incident for one in incidents_of(connection)]
    assert [(one.metric, one.cause.cell, one.first_day) for one in named if one.kind == "data"] == [
        ("field_shift", "field=device_id", DAY)
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [("gw2/2026-11-23/13.log", "gw2/<day>/13.log"), ("20261122-20261123.log", "<day>-<day>.log"), ("a.log", None)],
)
def test_a_daily_file_is_known_by_its_path_without_dates(path: str, name: str | None) -> None:
    manifest, _, _ = CALM.days(1, {})
    assert dated(replace(manifest.files[0], path=path)) == (name and (name, date(2026, 11, 23)))


def test_the_usual_records_are_the_median_of_the_weekday() -> None:
    counted = {DAY - timedelta(days=back): 1000 + back for back in range(1, 30)}
    assert usual_records(DAY, counted) == 1018
    assert usual_records(DAY, {day: n for day, n in counted.items() if (DAY - day).days < 6}) == 1003
    assert usual_records(DAY, {DAY - timedelta(days=1): 5}) is None


def test_half_a_usual_record_is_rounded_up_as_on_the_page_of_an_app() -> None:
    counted = {DAY - timedelta(days=7 * back): count for back, count in enumerate((10, 10, 11, 11), start=1)}
    assert usual_records(DAY, counted) == 11
