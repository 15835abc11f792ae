"""Which published figures a restatement lists, and what it names as their cause."""

from __future__ import annotations

from tests.support import DAY, DataFolder, days_before, record, records

BEFORE = days_before(DAY, 1)


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
