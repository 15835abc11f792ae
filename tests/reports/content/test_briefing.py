"""Tests the first sentence of the briefing, its colour, and the order of its apps."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.briefing import Briefing, briefing
from reports.content.incidents.incidents import PageIncidents
from reports.content.published import PublishedTables
from tests.data.published_tables import Database, day, incident, many, steady


def briefing_of(database: Path) -> Briefing:
    with closing(open_published(database)) as connection:
        marts = PublishedTables(connection)
        quality = context.quality_by_day(marts)
        by_key = {app.key: app for app in context.apps(marts)}
        incidents = PageIncidents(marts, by_key)
        norms = marts.key_norms(incidents.days)
        return briefing(marts, context.data_state(marts, quality, 400), quality, incidents, by_key, norms)


def apps(
    path: Path,
    count: int,
    *incidents: dict[str, object],
    is_missing: bool = False,
    is_short: bool = False,
    is_holiday: bool = False,
    fallen: Sequence[int] = (),
    silent: Sequence[int] = (),
    disabled: Sequence[int] = (),
    young: Sequence[int] = (),
    warnings: int = 0,
    noted: Sequence[str] = (),
) -> Path:
    """Make a database with 60 days of `count` apps, and with incidents. Return its path.

    App `app-<i>` has i + 1 times 100 requests a day. With `is_holiday`, the last day is a holiday, and apps only have
    verifications of numbers.

    Args:
        fallen: numbers of the apps with a tenth of their requests on the last day.
        silent, disabled: numbers of the apps without any request.
        young: numbers of the apps with requests on the last three days only.
        warnings: number of failed checks.
        noted: ids of the incidents that are acknowledged.
    """
    made = Database(path / "authmeter.duckdb")
    made.publish(first_day=day(59))
    made.connection.execute(
        """
        INSERT INTO apps
        SELECT 'app-' || i, 'App ' || i, 'android', NULL, NULL,
            if(i IN (SELECT unnest($off)), 'disabled', 'enabled'), true
        FROM range($count) t(i)""",
        {"count": count, "off": list(disabled)},
    )
    nothing = dict.fromkeys(("duplicates", "unmapped_codes", "unregistered_apps", "late_records"), 0)
    made.add("day_quality", *(
        nothing | {"day": day(back), "records_accepted": 100, "restated": False,
                   "is_holiday": is_holiday and back == 0, "is_short": is_short and back == 0,
                   "day_state": "missing" if is_missing and back == 0 else "complete"}
        for back in range(60)
    ))  # fmt: skip
    made.connection.execute(
        """
        INSERT INTO channel_daily BY NAME
        SELECT $last::DATE - back::INTEGER AS day, 'app-' || i AS app_key, 'one_click' AS channel,
            10 * n * (i + 1) AS authorization_requests, 9 * n * (i + 1) AS authorizations,
            0 AS authorizations_cancelled, n * (i + 1) AS authorizations_failed, 0 AS verification_requests,
            0 AS verifications, 0 AS mismatches, 0 AS unknowns, 0 AS billable_verifications, 1 AS devices
        FROM range($count) AS apps(i), range(60) AS days(back),
            LATERAL (SELECT if(back = 0 AND i IN (SELECT unnest($fallen)), 1, 10) AS n)
        WHERE NOT ($is_missing AND back = 0) AND i NOT IN (SELECT unnest($none))
            AND (back < 3 OR i NOT IN (SELECT unnest($young)))""",
        {"last": day(0), "count": count, "is_missing": is_missing, "fallen": list(fallen),
         "none": [*silent, *disabled], "young": list(young)},
    )  # fmt: skip
    if is_holiday:
        made.connection.execute("""
            UPDATE channel_daily
            SET channel = 'local_verify', verification_requests = authorization_requests,
                verifications = authorizations, authorization_requests = 0, authorizations = 0,
                authorizations_failed = 0""")
    made.add("check_results", *(
        {"check_name": f"check-{i}", "severity": "warn", "passed": False, "detail_en": "Odd.", "detail_zh": "异常。"}
        for i in range(warnings)
    ))  # fmt: skip
    made.add("incidents", *incidents)
    made.add("notes", *({"day": day(0), "app_key": "*", "text": "x", "incident_id": key} for key in noted))
    return made.close(has_periods=False)


ONE = incident("one", 3, app_key="app-1")
MORE = incident("more", 3, app_key="app-2", kind="further", metric="surge", channel="*")


@pytest.mark.parametrize(
    ("count", "incidents", "severity", "zh", "en"),
    [
        (8, [ONE], "bad", "1 个问题正在发生，其余 7 个应用正常", "1 problem is happening, the other 7 apps are normal"),
        (2, [ONE], "bad", "1 个问题正在发生，其余 1 个应用正常", "1 problem is happening, the other app is normal"),
        # An app counts once. If an incident is of all apps, no other app is normal.
        (8, [ONE, incident("two", 3, app_key="app-1", channel="qq")], "bad", "2 个问题正在发生，其余 7 个应用正常",
         "2 problems are happening, the other 7 apps are normal"),
        (2, [incident("all", 3, app_key="*"), incident("part", 3, app_key="app-1", part_of="all")], "bad",
         "1 个问题正在发生", "1 problem is happening"),
        # Incidents that are no faults are counted separately.
        (8, [ONE, MORE], "bad", "1 个问题正在发生，另有 1 项提示，其余 6 个应用正常",
         "1 problem is happening, 1 item to look at, the other 6 apps are normal"),
        (8, [MORE], "warn", "没有问题正在发生，另有 1 项提示，其余 7 个应用正常",
         "No problem is happening, 1 item to look at, the other 7 apps are normal"),
        (3, [MORE, MORE | {"incident_id": "second", "app_key": "*"}], "warn", "没有问题正在发生，另有 2 项提示",
         "No problem is happening, 2 items to look at"),
        (8, [ONE | {"state": "recovered", "last_day": day(1)}], "good", "一切正常", "All is normal"),
        (8, [], "good", "一切正常", "All is normal"),
    ],
)  # fmt: skip
def test_the_sentence_names_what_needs_attention(
    tmp_path: Path, count: int, incidents: list[dict[str, object]], severity: str, zh: str, en: str
) -> None:
    found = briefing_of(apps(tmp_path, count, *incidents))
    assert (found.severity, found.sentence.zh, found.sentence.en) == (severity, zh, en)


@pytest.mark.parametrize(
    ("made", "severity", "zh", "en"),
    [
        ({"count": 8, "incidents": [ONE], "fallen": [5]}, "bad",
         "1 个问题正在发生，其余 7 个应用：6 个正常，1 个低于平时",
         "1 problem is happening, the other 7 apps: 6 normal, 1 below usual"),
        ({"count": 8, "incidents": [ONE], "fallen": [5], "silent": [6, 7]}, "bad",
         "1 个问题正在发生，其余 7 个应用：4 个正常，1 个低于平时，2 个近 30 天无记录",
         "1 problem is happening, the other 7 apps: 4 normal, 1 below usual, 2 no records in 30 days"),
        ({"count": 2, "incidents": [ONE], "fallen": [0]}, "bad", "1 个问题正在发生，其余 1 个应用低于平时",
         "1 problem is happening, the other app: below usual"),
        # A disabled app is expected to have no records: it is neither normal nor a finding.
        ({"count": 8, "incidents": [ONE], "disabled": [7]}, "bad", "1 个问题正在发生，其余 6 个应用正常",
         "1 problem is happening, the other 6 apps are normal"),
        # A new app has too few days for a usual range.
        ({"count": 8, "incidents": [ONE], "fallen": [5], "young": [6]}, "bad",
         "1 个问题正在发生，其余 7 个应用：5 个正常，1 个低于平时，1 个天数不足",
         "1 problem is happening, the other 7 apps: 5 normal, 1 below usual, 1 with too few days"),
        ({"count": 8, "young": [5]}, "good", "没有异常；各应用：7 个正常，1 个天数不足",
         "No incident; apps: 7 normal, 1 with too few days"),
        # Without sign-ins an app only has requests, which have no norm on a holiday, however many days there are.
        ({"count": 8, "is_holiday": True}, "good", "没有异常；各应用：节假日无平时范围",
         "No incident; apps: without a norm on a holiday"),
        # The list shows 50 of 60 apps, so the ranges of the others are not compared.
        ({"count": 60, "incidents": [ONE]}, "bad", "1 个问题正在发生，其余 59 个应用：没有异常",
         "1 problem is happening, the other 59 apps: no incident"),
        ({"count": 8, "fallen": [5]}, "good", "没有异常；各应用：7 个正常，1 个低于平时",
         "No incident; apps: 7 normal, 1 below usual"),
        ({"count": 8, "silent": [5], "warnings": 2}, "warn",
         "没有异常；各应用：7 个正常，1 个近 30 天无记录；有 2 条告警",
         "No incident; apps: 7 normal, 1 no records in 30 days; warnings: 2"),
        ({"count": 60}, "good", "没有异常", "No incident"),
        ({"count": 60, "fallen": [59]}, "good", "没有异常；各应用：1 个低于平时", "No incident; apps: 1 below usual"),
        ({"count": 8, "disabled": [7]}, "good", "一切正常", "All is normal"),
        ({"count": 8, "warnings": 1}, "warn", "各应用正常；有 1 条告警", "All apps are normal; warnings: 1"),
    ],
)  # fmt: skip
def test_no_app_is_called_normal_that_is_below_usual_or_has_no_record(
    tmp_path: Path, made: dict[str, Any], severity: str, zh: str, en: str
) -> None:
    found = briefing_of(apps(tmp_path, made.pop("count"), *made.pop("incidents", ()), **made))
    assert (found.severity, found.sentence.zh, found.sentence.en) == (severity, zh, en)


@pytest.mark.parametrize(
    ("incidents", "noted", "severity"),
    [
        ([ONE], ["one"], "warn"),
        ([ONE, MORE], ["one"], "warn"),
        ([ONE, incident("two", 3, app_key="app-0")], ["one"], "bad"),
        # A part has the colour of its whole, even if a note acknowledges the part.
        ([incident("all", 3, app_key="*"), ONE | {"part_of": "all"}], ["all"], "warn"),
        ([incident("all", 3, app_key="*"), ONE | {"part_of": "all"}], ["one"], "bad"),
    ],
)  # fmt: skip
def test_the_sentence_is_amber_where_all_that_is_wrong_is_acknowledged(
    tmp_path: Path, incidents: list[dict[str, object]], noted: list[str], severity: str
) -> None:
    found = briefing_of(apps(tmp_path, 3, *incidents, noted=noted))
    assert found.severity == severity


def test_an_app_is_red_where_one_of_its_incidents_is(tmp_path: Path) -> None:
    whole = incident("all", 3, app_key="*", channel="qq")
    found = briefing_of(apps(
        tmp_path, 5, ONE, ONE | {"incident_id": "two", "channel": "wechat"}, MORE, whole,
        incident("part", 3, app_key="app-3", part_of="all"), noted=["one", "all"],
    ))  # fmt: skip
    assert {one.app.key: one.has_red_incident for one in found.apps if one.has_open_incident} == {
        "app-1": True, "app-2": False, "app-3": False,
    }  # fmt: skip


def test_on_a_short_day_no_app_is_called_normal(tmp_path: Path) -> None:
    found = briefing_of(apps(tmp_path, 3, is_short=True))
    assert (found.severity, found.sentence.zh) == ("warn", f"{day(0):%Y-%m-%d} 周二 的记录远少于平时")
    (tmp_path / "open").mkdir()
    found = briefing_of(apps(tmp_path / "open", 3, ONE, is_short=True))
    assert (found.severity, found.sentence.zh) == ("bad", "1 个问题正在发生")
    # An incident that is no fault does not say that records are few.
    (tmp_path / "further").mkdir()
    found = briefing_of(apps(tmp_path / "further", 3, MORE, is_short=True))
    assert found.severity == "warn"
    assert found.sentence.zh == f"{day(0):%Y-%m-%d} 周二 的记录远少于平时，没有问题正在发生，另有 1 项提示"


def test_a_missing_day_comes_before_everything_else(tmp_path: Path) -> None:
    found = briefing_of(apps(tmp_path, 3, ONE, is_missing=True))
    assert found.severity == "bad"
    assert found.sentence.zh == f"{day(0)} 周二没有数据；1 个问题正在发生"
    assert found.sentence.en == f"{day(0)} Tue has no data; 1 problem is happening"


def test_on_a_missing_day_what_is_no_fault_is_not_called_a_problem(tmp_path: Path) -> None:
    found = briefing_of(apps(tmp_path, 3, MORE, is_missing=True))
    assert (found.severity, found.sentence.zh) == ("bad", f"{day(0)} 周二没有数据；没有问题正在发生，另有 1 项提示")


@pytest.mark.parametrize(
    ("days", "severity", "said"),
    [
        (1, "warn", "Nothing found, but 1 day of data is too few to compare with"),
        (5, "warn", "Nothing found, but 5 days of data are too few to compare with"),
        (20, "good", "All is normal"),
    ],
)
def test_what_is_not_known_is_not_called_normal(tmp_path: Path, days: int, severity: str, said: str) -> None:
    found = briefing_of(steady(tmp_path / "authmeter.duckdb", days=days))
    assert found.severity == severity
    assert said in found.sentence.en


def test_parts_of_problems_and_ended_ones_are_not_counted(database: Path) -> None:
    found = briefing_of(database)
    assert (found.severity, found.sentence.en) == ("bad", "3 problems are happening")


def test_apps_with_an_incident_come_first_then_the_large_ones(tmp_path: Path) -> None:
    found = briefing_of(apps(tmp_path, 4, incident("one", 3, app_key="app-1", lost=5.0),
                             incident("two", 3, app_key="app-0", lost=9.0)))  # fmt: skip
    assert [one.app.key for one in found.apps] == ["app-0", "app-1", "app-3", "app-2"]
    assert [one.has_open_incident for one in found.apps] == [True, True, False, False]
    assert [one.volume.value for one in found.apps] == [100, 200, 400, 300]
    assert {one.rate.value for one in found.apps} == {0.9}


def test_an_app_that_stopped_has_no_requests_and_stays_in_the_list(tmp_path: Path) -> None:
    database = steady(tmp_path / "authmeter.duckdb")
    with closing(duckdb.connect(str(database))) as connection:
        for table in ("channel_daily", "usage_daily"):
            connection.execute(f"DELETE FROM {table} WHERE day > ?", [day(3)])
    (found,) = briefing_of(database).apps
    assert (found.volume.value, found.volume.side, found.rate.value) == (0, "below", None)
    assert found.newest == day(3)


def test_of_very_many_apps_the_first_are_listed(tmp_path: Path) -> None:
    found = briefing_of(many(tmp_path / "authmeter.duckdb", 300))
    assert len(found.apps) == 50
    volumes = [one.volume.value for one in found.apps]
    assert volumes == sorted(volumes, key=lambda one: -(one or 0))


def test_days_without_a_record_of_an_app_that_came_back_are_zeros(tmp_path: Path) -> None:
    """The usual range of the app is from 0 to 3 requests, as in its charts: chance explains three requests."""

    def with_returned_app(made: Database) -> None:
        made.add("apps", {"app_key": "back", "app_name": "Back", "status": "enabled", "is_registered": True})
        made.connection.execute(
            """
            INSERT INTO channel_daily BY NAME
            SELECT * REPLACE ('back' AS app_key) FROM channel_daily WHERE day IN ($first, $last)""",
            {"first": day(99), "last": day(0)},
        )

    path = steady(tmp_path / "authmeter.duckdb", days=100, more=with_returned_app)
    found = {one.app.key: one.volume for one in briefing_of(path).apps}
    assert (found["back"].usual, found["back"].high, found["back"].side) == (0, 3, "above")
