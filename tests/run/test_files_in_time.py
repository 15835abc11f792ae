"""Files and records in time: late, waiting, repeated, replaced, held, damaged and mended ones, what they restate."""

from __future__ import annotations

import gzip
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.closing import fingerprint
from pipelines.common.errors import UsageError
from pipelines.contract.day_tables import DAY_TABLES
from pipelines.contract.tables import TABLES
from pipelines.engines.duckdb import roller
from pipelines.ingest.ingest import accept_held
from pipelines.marts import build as marts
from pipelines.reading.landing import LandedFile
from pipelines.rollup import day_keys, rollup
from tests.support import DAY, DataFolder, days_before, finding, lines, morning_after, record, records

BEFORE = days_before(DAY, 1)
AFTER = DAY + timedelta(days=1)


def test_a_file_is_read_once(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    assert len(folder.ingest().read) == 1
    assert folder.ingest().read == []


def test_a_file_whose_time_alone_changed_is_not_read_again(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(3))
    assert folder.ingest().read == []
    assert folder.statuses("a.ndjson") == ["read"]


def test_deleting_a_file_that_was_read_changes_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(3)).unlink()
    folder.land("b.ndjson", records(2, prefix="b"))
    folder.tables()
    assert folder.counted() == {DAY: 5}


def test_a_copy_under_another_path_counts_as_duplicates(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("copy/a.ndjson", records(3))
    folder.tables()
    assert folder.rows("SELECT path, accepted FROM input_files ORDER BY path") == [
        ("a.ndjson", 3),
        ("copy/a.ndjson", 3),
    ]
    assert folder.rows("SELECT records_accepted, duplicates FROM day_quality") == [(6, 3)]
    assert folder.counted() == {DAY: 3}


def test_one_id_on_two_days_counts_on_both(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1"), record("e1", BEFORE)])
    folder.tables()
    assert folder.counted() == {BEFORE: 1, DAY: 1}


def test_a_day_that_is_not_over_waits_and_appears_when_it_closes(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3) + records(2, AFTER))
    folder.tables()
    assert folder.counted() == {DAY: 3}
    folder.tables(AFTER)
    assert folder.counted() == {DAY: 3, AFTER: 2}
    assert folder.rows("SELECT sum(late_records), bool_or(restated) FROM day_quality") == [(0, False)]
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]


def test_late_records_restate_their_day_and_are_counted(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(3))
    folder.tables()
    folder.land("late.ndjson", records(2, BEFORE, "late") + records(1, AFTER))
    folder.tables(AFTER)
    assert folder.counted() == {BEFORE: 5, DAY: 3, AFTER: 1}
    assert folder.rows("SELECT day, late_records::INTEGER, restated FROM day_quality") == [
        (BEFORE, 2, True),
        (DAY, 0, False),
        (AFTER, 0, False),
    ]
    assert folder.rows("SELECT * FROM restatements") == [
        (2, BEFORE, app, "one_click", metric, 3, 5, "late.ndjson")
        for app in ("*", "shop")
        for metric in ("authorization_requests", "authorizations")
    ]
    assert folder.rows(
        "SELECT authorizations FROM login_trend_summary "
        "WHERE window_days = 7 AND app_key = '*' AND channel = 'one_click'"
    ) == [(9,)]


def test_a_late_day_that_was_missing_had_no_figure_before(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, days_before(DAY, 2)) + records(1))
    folder.tables()
    assert folder.rows("SELECT day_state FROM day_quality WHERE day = current_date OR day_state = 'missing'") == [
        ("missing",)
    ]
    folder.land("late.ndjson", records(2, BEFORE))
    folder.tables()
    assert folder.rows("SELECT day_state, late_records, restated FROM day_quality")[1] == ("complete", 2, True)
    figures = folder.rows("SELECT DISTINCT published_before FROM restatements WHERE day = DATE '2026-03-09'")
    assert figures == [(None,)]


def test_a_day_that_appears_lists_the_figures_that_are_zero(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, days_before(DAY, 2)) + records(1))
    folder.tables()
    # Steps that name no device: the app's devices are 0, where they were unknown.
    folder.land("late.ndjson", [record("p", BEFORE, stage="page")])
    folder.tables()
    found = folder.rows(
        "SELECT app_key, channel, published_before, published_now FROM restatements WHERE metric = 'devices'"
    )
    assert found == [("shop", "*", None, 0), ("shop", "one_click", None, 0)]
    # Of all apps together every channel has its figures.
    every = "SELECT DISTINCT channel FROM restatements WHERE app_key = '*' AND published_now = 0 AND channel <> '*'"
    assert len(folder.rows(every)) == 5


def test_latencies_over_all_apps_are_restated_too(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, BEFORE, latency_ms=7) + records(1))
    folder.tables()
    folder.land("late.ndjson", [record("l", BEFORE, latency_ms=3)])
    folder.tables()
    found = (
        "SELECT metric, published_before, published_now FROM restatements WHERE app_key = '*' AND metric LIKE 'lat%'"
    )
    assert folder.rows(found) == [("latency_p50_ms", 7, 3)]


def test_after_empty_runs_no_day_was_closed(folder: DataFolder) -> None:
    folder.tables()
    folder.land("a.ndjson", records(1, days_before(DAY, 2)) + records(1, BEFORE) + records(1))
    folder.tables()
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.rows("SELECT bool_or(restated), sum(late_records) FROM day_quality") == [(False, 0)]


def test_files_and_a_mended_dictionary_are_both_the_cause(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", BEFORE, outcome=None, result_code="new code"), record("e2")])
    folder.tables()
    folder.write(
        "registry/result_codes.csv",
        "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\numeng,sdk,*,new code,success,,,\n",
    )
    folder.land("late.ndjson", records(1, BEFORE, "late"))
    folder.tables()
    assert folder.rows("SELECT DISTINCT cause FROM restatements") == [
        ("late.ndjson; registry, result codes or billing rule",)
    ]


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_lost_day_is_computed_anew(folder: DataFolder, is_forced: bool) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.publish()
    shown, site = folder.rows("FROM channel_daily"), folder.store.site.resolve()
    shutil.rmtree(folder.store.warehouse / "days" / str(BEFORE))
    assert folder.tables(forced=frozenset([BEFORE] if is_forced else [])).days == [BEFORE]
    folder.store.database.unlink()
    folder.publish()
    assert folder.rows("FROM channel_daily") == shown
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.store.site.resolve() == site


def test_a_lost_day_that_comes_out_otherwise_is_restated_from_what_was_published(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.tables()
    shutil.rmtree(folder.store.warehouse / "days" / str(BEFORE))
    folder.land("late.ndjson", records(1, BEFORE, "late"))
    folder.tables()
    found = (
        "SELECT DISTINCT metric, published_before, published_now FROM restatements WHERE app_key = 'shop' ORDER BY ALL"
    )
    assert folder.rows(found) == [("authorization_requests", 3, 4), ("authorizations", 3, 4)]


def test_a_late_copy_of_what_is_there_restates_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("again.ndjson", records(3))
    folder.tables(AFTER)
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.rows("SELECT restated, late_records FROM day_quality LIMIT 1") == [(False, 3)]


def test_a_grown_file_replaces_what_it_gave(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(5))
    folder.tables(AFTER)
    assert folder.counted() == {DAY: 5}
    assert folder.statuses("a.ndjson") == ["replaced", "read"]
    assert folder.rows("SELECT records_accepted, duplicates, late_records::INTEGER FROM day_quality LIMIT 1") == [
        (5, 0, 2)
    ]


def test_a_replaced_file_of_an_open_day_may_lose_records(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(5, AFTER))
    folder.tables()
    folder.land("a.ndjson", records(2, AFTER))
    folder.tables(AFTER)
    assert folder.statuses("a.ndjson") == ["replaced", "read"]
    assert folder.counted() == {AFTER: 2}


@pytest.fixture
def rotated(folder: DataFolder) -> DataFolder:
    """A log of a closed day whose path now holds the next day's records."""
    folder.land("app.log", records(3))
    folder.tables()
    folder.land("app.log", records(2, AFTER))
    folder.tables(AFTER)
    return folder


def test_a_rotated_file_is_held_with_a_warning(rotated: DataFolder) -> None:
    assert rotated.statuses("app.log") == ["read", "held"]
    assert rotated.counted() == {DAY: 3}
    assert rotated.rows("SELECT status FROM input_files ORDER BY status") == [("held",), ("read",)]
    check = finding(rotated.open(AFTER).checks or rotated_checks(rotated), "held_files")
    assert not check.passed
    assert "app.log" in check.detail_en


def rotated_checks(folder: DataFolder) -> list:  # type: ignore[type-arg]
    run = folder.open(AFTER)
    run.roll_up(AFTER)
    return run.checks


def test_an_accepted_file_counts_from_the_next_run_on(rotated: DataFolder) -> None:
    entry = accept_held(rotated.store, rotated.manifest, "app.log")
    assert entry.accepted == 2
    report = rotated.tables(AFTER)
    assert (report.days, report.emptied) == ([AFTER], [DAY])
    assert rotated.counted() == {AFTER: 2}
    assert rotated.statuses("app.log") == ["replaced", "read"]
    gone = rotated.rows(f"SELECT DISTINCT day, published_now, cause FROM restatements WHERE day = DATE '{DAY}'")
    assert gone == [(DAY, None, "app.log")]


def test_a_held_file_that_grows_back_is_taken_without_a_word(rotated: DataFolder) -> None:
    rotated.land("app.log", records(3) + records(2, AFTER))
    rotated.tables(AFTER)
    assert rotated.statuses("app.log") == ["replaced", "replaced", "read"]
    assert rotated.counted() == {DAY: 3, AFTER: 2}


def test_a_held_content_that_was_taken_back_replaced_nothing(rotated: DataFolder) -> None:
    rotated.land("app.log", records(3))
    rotated.tables(AFTER)
    assert rotated.statuses("app.log") == ["read"]
    assert rotated.counted() == {DAY: 3}


def test_a_file_without_one_good_record_is_named_until_it_is_gone(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(300))
    file = folder.land("b.ndjson", b"nothing good\n" * 100)
    folder.land("c.ndjson", b"nothing good\n" * 2)
    folder.tables()
    query = "SELECT passed, detail_en FROM check_results WHERE check_name = 'nothing_accepted'"
    ((passed, detail),) = folder.rows(query)
    assert not passed
    assert detail == "1 file without one good record, perhaps of another format: b.ndjson"
    file.unlink()
    folder.tables(AFTER)
    assert folder.rows(query) == [(True, "none")]


def test_only_a_held_path_can_be_accepted(rotated: DataFolder) -> None:
    with pytest.raises(UsageError, match=r"No held file has the path 'other.log'") as refused:
        accept_held(rotated.store, rotated.manifest, "other.log")
    assert "app.log" in refused.value.do
    assert rotated.statuses("app.log") == ["read", "held"]


def test_one_lost_id_of_a_closed_day_is_enough_to_hold(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(2) + records(50, prefix="new"))
    folder.tables(AFTER)
    assert folder.statuses("a.ndjson") == ["read", "held"]


def test_an_empty_file_in_the_place_of_a_log_is_held(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", b"")
    folder.tables(AFTER)
    assert folder.statuses("a.ndjson") == ["read", "held"]
    assert folder.counted() == {DAY: 3}


def test_a_damaged_file_counts_for_nothing_until_it_is_whole(folder: DataFolder) -> None:
    whole = gzip.compress(lines(records(300)), mtime=0)
    folder.land("a.ndjson.gz", whole[:-20])
    folder.land("b.ndjson", records(2, prefix="b"))
    folder.tables()
    assert folder.statuses("a.ndjson.gz") == ["damaged"]
    assert folder.counted() == {DAY: 2}
    assert folder.rows(
        "SELECT records_read, accepted, finding IS NOT NULL FROM input_files WHERE status = 'damaged'"
    ) == [(0, 0, True)]
    folder.land("a.ndjson.gz", whole)
    folder.tables()
    assert folder.statuses("a.ndjson.gz") == ["replaced", "read"]
    assert folder.counted() == {DAY: 302}


def test_a_good_file_that_is_cut_later_keeps_what_it_gave(folder: DataFolder) -> None:
    whole = gzip.compress(lines(records(300)), mtime=0)
    folder.land("a.ndjson.gz", whole)
    folder.tables()
    folder.land("a.ndjson.gz", whole[:-20])
    folder.tables(AFTER)
    assert folder.statuses("a.ndjson.gz") == ["read", "damaged"]
    assert folder.counted() == {DAY: 300}


def test_a_file_that_is_still_being_written_waits_for_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder.land("a.ndjson", records(3))
    from pipelines.ingest import ingest

    def grows(landed: LandedFile) -> str:
        with file.open("ab") as out:
            out.write(lines(records(1, prefix="more")))
        return real(landed)

    real = ingest.current_stamp
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "current_stamp", grows)
        report = folder.ingest()
    assert (report.read, report.changing) == ([], ["a.ndjson"])
    folder.tables()
    assert folder.counted() == {DAY: 4}


def test_an_older_day_keeps_the_as_of(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(3))
    folder.tables()
    folder.land("late.ndjson", records(2, BEFORE, "late") + records(1, AFTER))
    folder.tables(BEFORE, morning_after(AFTER))
    assert folder.rows("SELECT as_of FROM publication") == [(DAY,)]
    assert folder.counted() == {BEFORE: 5, DAY: 3}


def test_a_missing_day_is_a_gap_and_not_a_zero(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(2, days_before(DAY, 2)) + records(2))
    folder.tables()
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
        (days_before(DAY, 2), 2, "complete"), (BEFORE, 0, "missing"), (DAY, 2, "complete"),
    ]  # fmt: skip
    assert folder.rows("SELECT DISTINCT days_with_data FROM login_trend_summary") == [(2,)]


def test_a_rate_without_requests_is_null(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1"), record("e2", channel="qq", stage="click")])
    folder.tables()
    rates = (
        "SELECT channel, authorization_rate FROM {} WHERE window_days = 7 AND app_key = 'shop' AND {} ORDER BY channel"
    )
    wanted = [("one_click", 1.0), ("qq", None), ("wechat", None), ("weibo", None)]
    assert folder.rows(rates.format("login_trend", f"day = DATE '{DAY}'")) == wanted
    assert folder.rows(rates.format("login_trend_summary", "true")) == wanted


def test_a_run_without_the_newest_day_warns_and_publishes_the_gap(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(2, BEFORE))
    run = folder.open()
    run.ingest(DAY)
    run.roll_up(DAY)
    assert not finding(run.checks, "day_is_there").passed
    run.build_marts()
    assert folder.rows("SELECT as_of FROM publication") == [(DAY,)]
    assert folder.rows("SELECT day_state FROM day_quality WHERE day = DATE '2026-03-10'") == [("missing",)]


def test_one_run_closes_every_day_that_was_missed(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(1, days_before(DAY, 3)))
    folder.tables(days_before(DAY, 3))
    for back in (2, 1, 0):
        folder.land(f"{back}.ndjson", records(1, days_before(DAY, back)))
    assert folder.tables().days == [days_before(DAY, 2), BEFORE, DAY]
    assert folder.rows("SELECT sum(late_records) FROM day_quality") == [(0,)]


def test_records_before_the_retention_are_too_old(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\n")
    folder.land("a.ndjson", [record("kept", days_before(DAY, 60)), record("old", days_before(DAY, 61))])
    folder.tables()
    assert folder.rows("SELECT line, reason FROM rejected_records") == [(2, "too_old:event_time")]
    assert folder.counted() == {days_before(DAY, 60): 1}


def test_a_registered_platform_restates_the_days_of_records_without_one(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1"), record("e2", BEFORE, platform="h5")])
    folder.tables()
    folder.write("registry/apps.csv", "app_key,app_name,platform,account_id,created_at,status\nshop,Shop,ios,,,\n")
    assert folder.tables().days == [DAY]
    assert folder.rows("SELECT day, platform FROM outcome_daily") == [(BEFORE, "h5"), (DAY, "ios")]


def test_a_mended_dictionary_restates_without_reading_logs_again(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", outcome=None, result_code="new code")])
    folder.tables()
    assert folder.rows("SELECT outcome FROM outcome_daily") == [("error",)]
    assert folder.rows("SELECT unmapped_codes FROM day_quality") == [(1,)]
    (folder.store.landing / "a.ndjson").unlink()
    folder.write(
        "registry/result_codes.csv",
        "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\numeng,sdk,*,new code,success,,,\n",
    )
    folder.tables()
    assert folder.rows("SELECT outcome FROM outcome_daily") == [("success",)]
    found = folder.rows("SELECT app_key, metric, published_before, published_now, cause FROM restatements")
    assert found == [
        (app, metric, before, now, "registry, result codes or billing rule")
        for app in ("*", "shop")
        for metric, before, now in (("authorizations", 0, 1), ("authorizations_failed", 1, 0))
    ]


def test_a_new_billing_rule_restates_the_days_it_is_in_force(folder: DataFolder) -> None:
    folder.land(
        "a.ndjson",
        [record(f"e{day}", day, channel="local_verify", stage="verify", outcome="mismatch") for day in (BEFORE, DAY)],
    )
    folder.tables()
    folder.write("authmeter.toml", f'[[billing]]\nvalid_from = {DAY}\nlocal_verify = ["success"]\n')
    assert folder.tables().days == [DAY]
    assert folder.rows("SELECT day, billable_verifications::INTEGER FROM usage_daily") == [(BEFORE, 1), (DAY, 0)]


def test_a_forced_day_is_computed_anew_and_stays_as_it_was(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    rows, before = folder.rows("SELECT * FROM channel_daily"), folder.manifest
    assert folder.tables(forced=frozenset([DAY])).days == [DAY]
    assert folder.rows("SELECT * FROM channel_daily") == rows
    assert folder.manifest == before
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("latency_daily", [(BEFORE, "one_click", 3, 7, 7), (DAY, "one_click", 2, 9, 9)]),
        (
            "unmapped_codes",
            [(day, "one_click", "authorize", "umeng", "unknown", "new", n) for day, n in ((BEFORE, 3), (DAY, 2))],
        ),
    ],
)
def test_a_store_of_before_a_day_table_gets_it_with_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str, expected: list[tuple[object, ...]]
) -> None:
    coded = {"outcome": None, "result_code": "new"}
    folder.land("a.ndjson", records(3, BEFORE, latency_ms=7, **coded) + records(2, latency_ms=9, **coded))
    with monkeypatch.context() as before:
        before.setattr(rollup, "ROLLUP_VERSION", 1)
        before.setattr(fingerprint, "MARTS_VERSION", 1)
        tables = {table: key for table, key in DAY_TABLES.items() if table != name}
        for module in (roller, day_keys):
            before.setattr(module, "DAY_TABLES", tables)
        for order in ("_FROM_DAYS", "_LATER", "_ORDER"):
            before.setattr(marts, order, tuple(table for table in getattr(marts, order) if table != name))
        before.setattr(marts, "TABLES", {table: one for table, one in TABLES.items() if table != name})
        folder.tables()
    assert list(folder.store.warehouse.rglob(f"{name}.parquet")) == []
    counted = folder.counted()
    folder.tables()
    assert folder.rows(f"FROM {name}") == expected
    assert folder.counted() == counted
    assert folder.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert folder.tables().days == []


def test_another_key_is_refused(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.write("hash.key", "quite another key for the same folder")
    with pytest.raises(UsageError, match="hash key is not the one"):
        folder.ingest()


def test_another_zone_is_refused(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.write("authmeter.toml", 'timezone = "UTC"\n')
    with pytest.raises(UsageError, match="business time zone was Asia/Shanghai and is now UTC"):
        folder.ingest()


def site_bytes(folder: DataFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.store.site)): path.read_bytes()
        for path in sorted(folder.store.site.rglob("*"))
        if path.is_file()
    }


def test_a_run_with_nothing_new_leaves_everything_untouched(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.publish()
    site, database, manifest = site_bytes(folder), folder.store.database.stat(), folder.manifest
    folder.publish(now=morning_after(DAY) + timedelta(hours=5))
    assert site_bytes(folder) == site
    assert folder.store.database.stat() == database
    assert folder.manifest == manifest


def test_the_same_input_gives_the_same_site(tmp_path: Path) -> None:
    sites = []
    for name, order in (("one", (0, 1)), ("two", (1, 0))):
        folder = DataFolder(tmp_path / name)
        files = {0: records(3), 1: records(3, BEFORE, app_key="game", channel="qq")}
        for number in order:
            folder.land(f"{number}.ndjson", files[number])
        folder.publish()
        sites.append(site_bytes(folder))
    assert sites[0] == sites[1]


def test_the_first_run_of_an_empty_folder_publishes_an_empty_site(folder: DataFolder) -> None:
    folder.publish()
    assert (folder.store.site / "index.html").exists()
    assert folder.rows("SELECT count(*) FROM day_quality") == [(0,)]
    assert folder.rows("SELECT as_of FROM publication") == [(DAY,)]


def test_a_lost_database_is_built_again_from_what_is_stored(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    rows = folder.rows("SELECT * FROM channel_daily")
    folder.store.database.unlink()
    (folder.store.landing / "a.ndjson").unlink()
    folder.tables()
    assert folder.rows("SELECT * FROM channel_daily") == rows


def test_a_copy_of_the_smallest_values_counts_whatever_comes_first(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", outcome="timeout", platform="ios")])
    folder.land("b.ndjson", [record("e1", outcome="error", platform="ios"), record("e1", outcome="error")])
    folder.tables()
    assert folder.rows("SELECT outcome, platform FROM outcome_daily") == [("error", "unknown")]


def test_a_folder_that_was_moved_goes_on_where_it_was(folder: DataFolder, tmp_path: Path) -> None:
    folder.land("a.ndjson", records(3))
    folder.publish()
    moved = DataFolder(folder.root.rename(tmp_path / "moved"))
    moved.land("b.ndjson", records(2, prefix="b"))
    moved.publish()
    assert moved.counted() == {DAY: 5}
    assert moved.rows("SELECT run FROM publication") == [(2,)]
    assert (moved.store.site / "index.html").is_file()
