"""What the report centre points to: real falls and stops, and nothing that chance or missing days explain."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.store.database import open_published
from reports.content import context
from reports.content.attention import Finding, findings
from reports.content.published import PublishedTables
from tests.data.published_tables import AS_OF, Database, day


def found_in(made: Database) -> list[Finding]:
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        stand = context.standing(marts, context.quality_by_day(marts))
        return findings(marts, stand, {app.key: app for app in context.apps(marts)})


def history(path: Path, *, missing: tuple[int, ...] = (), weeks: int = 1) -> Database:
    """Weeks of one app and the data day, 1,000 requests a day in one channel, without the data day's figures."""
    made = Database(path)
    made.publish(first_day=day(7 * weeks))
    made.add("apps", {"app_key": "shop", "app_name": "<b>商城", "platform": "android", "is_registered": True})
    for back in range(7 * weeks + 1):
        quality = {"day": day(back), "records_accepted": 1000, "duplicates": 0, "unmapped_codes": 0,
                   "unregistered_apps": 0, "late_records": 0, "restated": False,
                   "day_state": "missing" if back in missing else "complete"}  # fmt: skip
        made.add("day_quality", quality)
        if back and back not in missing:
            add_day(made, back, 1000, 930, 50)
    return made


def add_day(made: Database, back: int, requests: int, won: int, cancelled: int) -> None:
    key = {"day": day(back), "app_key": "shop", "channel": "one_click"}
    made.add("channel_daily", key | {
        "authorization_requests": requests, "authorizations": won, "authorizations_cancelled": cancelled,
        "authorizations_failed": requests - won - cancelled,
    })  # fmt: skip
    made.add(
        "outcome_daily", key | {"stage": "authorize", "outcome": "success", "vendor": "umeng", "records": requests}
    )


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "authmeter.duckdb"


def test_a_fallen_success_rate_is_reported_for_all_apps_and_for_the_app(path):
    made = history(path)
    add_day(made, 0, 1000, 800, 50)
    found = found_in(made)
    assert [(one.severity, one.link, one.app and one.app.key) for one in found] == [
        ("bad", "monitor.html", None),
        ("bad", "apps/shop/index.html", "shop"),
    ]
    # 800 of 950 against 930 of 950; the difference of 13.68 points on 950 requests.
    assert "84.21%" in found[0].text.en
    assert "97.89%" in found[0].text.en
    assert "some 130 " in found[0].text.en
    assert "一键登录" in found[0].text.zh


def test_a_rate_that_stays_low_is_reported_after_the_week_in_which_it_fell(path):
    made = history(path, weeks=4)
    made.connection.execute("UPDATE channel_daily SET authorizations = 800 WHERE day >= $day", {"day": day(10)})
    add_day(made, 0, 1000, 800, 50)
    found = found_in(made)
    assert [(one.severity, one.link) for one in found] == [("warn", "monitor.html"), ("warn", "apps/shop/index.html")]
    # 800 of 950 against 3 days like it and 18 days of 930.
    assert "84.21%" in found[0].text.en
    assert f"{(18 * 930 + 3 * 800) / (21 * 950):.2%} in the three weeks before the last 7 days" in found[0].text.en
    assert "仍为 84.21%" in found[0].text.zh


def test_a_rate_that_fell_this_week_is_reported_once(path):
    made = history(path, weeks=4)
    add_day(made, 0, 1000, 800, 50)
    assert [one.severity for one in found_in(made)] == ["bad", "bad"]


@pytest.mark.parametrize(
    ("requests", "won", "cancelled"),
    [
        (1000, 915, 50),  # 1.6 points: below two
        (1000, 740, 250),  # users cancelled more often, which is no fault
        (150, 90, 10),  # too few to judge
    ],
)
def test_small_falls_cancellations_and_few_requests_are_not_reported(path, requests, won, cancelled):
    made = history(path)
    add_day(made, 0, requests, won, cancelled)
    assert found_in(made) == []


def test_an_app_that_stopped_is_reported(path):
    found = found_in(history(path))
    assert [(one.severity, one.app and one.app.key, one.text.en) for one in found] == [
        ("bad", "shop", f"No record since {day(1)}; 1,000 a day until then")
    ]


@pytest.mark.parametrize(("stopped", "is_found"), [(1, True), (7, True), (8, False)])
def test_an_app_that_stopped_is_reported_for_a_week(path, stopped, is_found):
    made = history(path, weeks=3)
    made.add("apps", {"app_key": "other", "app_name": "other", "platform": "ios", "is_registered": True})
    made.add("outcome_daily", {"day": AS_OF, "app_key": "other", "channel": "qq", "stage": "authorize",
                               "outcome": "success", "vendor": "qq", "records": 5})  # fmt: skip
    made.connection.execute("DELETE FROM outcome_daily WHERE app_key = 'shop' AND day > $day", {"day": day(stopped)})
    texts = [one.text.en for one in found_in(made)]
    assert texts == ([f"No record since {day(stopped)}; 1,000 a day until then"] if is_found else [])


def test_on_a_missing_day_no_app_stopped(path):
    found = found_in(history(path, missing=(0,)))
    assert [one.app for one in found] == [None]
    assert "no records at all" in found[0].text.en


def test_an_app_that_logs_now_and_then_has_not_stopped(path):
    made = history(path)
    made.connection.execute("DELETE FROM outcome_daily WHERE day = $day", {"day": day(2)})
    assert found_in(made) == []


def test_gaps_checks_and_files_are_reported_the_worst_first(path):
    made = history(path, missing=(3,))
    add_day(made, 0, 1000, 930, 50)
    made.connection.execute(
        "UPDATE day_quality SET restated = true, late_records = 3, unmapped_codes = 2, unregistered_apps = 1 "
        "WHERE day = $day", {"day": AS_OF},
    )  # fmt: skip
    made.add("check_results", {"check_name": "volume_jump", "severity": "warn", "passed": False, "day": AS_OF,
                               "detail_en": "Fewer.", "detail_zh": "减少。"})  # fmt: skip
    made.add("input_files", {"path": "a", "sha256": "1", "records_read": 10, "accepted": 8, "rejected": 2,
                             "skipped": 0, "status": "read"},
             {"path": "b", "sha256": "2", "records_read": 0, "accepted": 0, "rejected": 0, "skipped": 0,
              "status": "damaged"})  # fmt: skip
    found = found_in(made)
    numbers = [re.findall(r"\d[\d-]*", one.text.en.replace("last 30", "last")) for one in found]
    assert list(zip([one.severity for one in found], [one.link for one in found], numbers, strict=True)) == [
        ("warn", "quality.html", ["1", str(day(3))]),
        ("warn", "quality.html", [str(AS_OF)]),
        ("note", "quality.html#restatements", [str(AS_OF)]),
        ("note", "quality.html#rejected", ["2", "10"]),
        ("note", "quality.html#codes", ["2"]),
        ("note", "quality.html#unregistered", ["1"]),
        ("note", "quality.html#days", ["3"]),
    ]
    for one, words in zip(found, ("No data", "Fewer.", "Restated", "rejected", "dictionary", "registered",
                                  "Late"), strict=True):  # fmt: skip
        assert words in one.text.en
    assert "减少。" in found[1].text.zh
