"""The briefing lists warnings and notes in addition to the incidents, the worst first."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.attention import Finding, findings
from reports.content.published import PublishedTables
from tests.data.published_tables import AS_OF, Database, day, incident
from tests.support import DataFolder, record, records


def found_in(made: Database) -> list[Finding]:
    with closing(open_published(made.close(has_periods=False))) as connection:
        marts = PublishedTables(connection)
        return findings(marts, context.data_state(marts, context.quality_by_day(marts), 400))


def week(path: Path, *, missing: tuple[int, ...] = ()) -> Database:
    """Return a database of one app with the data day and the seven days before it.

    `missing` has the days without data, as numbers of days before the data day.
    """
    made = Database(path / "authmeter.duckdb")
    made.publish(first_day=day(7))
    made.add("apps", {"app_key": "shop", "app_name": "<b>商城", "platform": "android", "is_registered": True})
    for back in range(8):
        made.add("day_quality", {
            "day": day(back), "records_accepted": 1000, "duplicates": 0, "unmapped_codes": 0, "unregistered_apps": 0,
            "late_records": 0, "restated": False, "day_state": "missing" if back in missing else "complete",
        })  # fmt: skip
    return made


def test_incidents_are_not_listed_again(tmp_path):
    made = week(tmp_path)
    made.add("incidents", incident("rate", 4))
    assert found_in(made) == []


def test_days_that_never_came_are_a_note_however_well_all_checks_pass(tmp_path):
    (found,) = found_in(week(tmp_path, missing=(5, 3)))
    assert (found.severity, found.link) == ("note", "quality.html#days")
    assert found.text.en == f"Days without data in the last 30: {day(5)}, {day(3)}"
    assert found.text.zh == f"近 30 天无数据的日子：{day(5)}, {day(3)}"


def test_a_data_day_without_records_is_the_worst(tmp_path):
    (found,) = found_in(week(tmp_path, missing=(0,)))
    assert found.severity == "bad"
    assert "has no records" in found.text.en


def test_a_warning_leads_to_the_page_that_says_more_of_it(tmp_path: Path) -> None:
    made = week(tmp_path)
    for check in ("package_low", "reconciliation", "damaged_files"):
        made.add("check_results", {"check_name": check, "severity": "warn", "passed": False, "day": None,
                                   "detail_en": "a: 1", "detail_zh": "a：1"})  # fmt: skip
    warned = {one.link for one in found_in(made) if one.severity == "warn"}
    assert warned == {"packages.html", "reconciliation.html", "quality.html"}


def test_packages_that_run_out_or_ran_out_are_below_the_headline(tmp_path: Path) -> None:
    made = week(tmp_path)
    for check in ("package_run_out", "package_overflow", "package_low", "package_unused"):
        made.add("check_results", {"check_name": check, "severity": "warn", "passed": False, "day": None,
                                   "detail_en": check, "detail_zh": check})  # fmt: skip
    urgent = {one.text.en for one in found_in(made) if one.is_urgent}
    assert urgent == {"package_run_out", "package_overflow"}


def test_warnings_come_before_notes(tmp_path):
    made = week(tmp_path)
    made.connection.execute(
        "UPDATE day_quality SET restated = true, late_records = 3, unmapped_codes = 2, unregistered_apps = 1 "
        "WHERE day = $day", {"day": AS_OF},
    )  # fmt: skip
    made.add("check_results", {"check_name": "rejected_share", "severity": "warn", "passed": False, "day": AS_OF,
                               "detail_en": "Fewer.", "detail_zh": "减少。"})  # fmt: skip
    made.add("input_files", {"path": "a", "sha256": "1", "records_read": 10, "accepted": 8, "rejected": 2,
                             "skipped": 0, "status": "read"},
             {"path": "b", "sha256": "2", "records_read": 0, "accepted": 0, "rejected": 0, "skipped": 0,
              "status": "damaged"})  # fmt: skip
    found = found_in(made)
    numbers = [re.findall(r"\d[\d-]*", one.text.en.replace("last 30", "last")) for one in found]
    assert list(zip([one.severity for one in found], [one.link for one in found], numbers, strict=True)) == [
        ("warn", "quality.html", [str(AS_OF)]),
        ("note", "quality.html#restatements", [str(AS_OF)]),
        ("note", "quality.html#rejected", ["2", "10"]),
        ("note", "quality.html#codes", ["2"]),
        ("note", "quality.html#unregistered", ["1"]),
        ("note", "quality.html#days", ["3"]),
    ]
    for one, words in zip(found, ("Fewer.", "Restated", "rejected", "dictionary", "registered",
                                  "Late"), strict=True):  # fmt: skip
        assert words in one.text.en
    assert "减少。" in found[0].text.zh


def test_the_books_the_note_and_the_tile_count_the_same_rejected_records(folder: DataFolder) -> None:
    """Contents that were replaced or are held stay in the list of files, but their records do not count."""
    odd = [record(f"odd{number}", channel="fax") for number in range(5)]
    for count, bad, run in ((10, 5, folder.roll_up), (12, 3, folder.roll_up), (2, 2, folder.publish)):
        folder.land("a.ndjson", [*records(count), *odd[:bad]])
        run()
    assert sorted(folder.statuses("a.ndjson")) == ["held", "read", "replaced"]
    page = (folder.store.site / "quality.html").read_text("utf-8")
    (books,) = re.findall('class="books">(.*)</p>', page)
    assert re.findall("<b>([0-9]+)</b>", books) == ["15", "12", "3"]
    (tile,) = re.findall('<a href="#rejected".*?<b>([0-9]+)</b>', page)
    assert tile == "3"
    assert "Records rejected: 3 of 15 read" in (folder.store.site / "index.html").read_text("utf-8")
    assert folder.rows("SELECT sum(records_accepted)::INTEGER FROM day_quality") == [(12,)]


def test_a_rate_that_is_suddenly_whole_is_noted_with_the_app(tmp_path: Path) -> None:
    made = week(tmp_path)
    apps = {"mall-ios": "商城", "mall-android": "商城", "game": "game", "small": "小", "usual": "常"}
    for key, name in apps.items():
        made.add("apps", {"app_key": key, "app_name": name, "platform": "ios", "is_registered": True})
        requests = 49 if key == "small" else 90
        for back in range(8):
            failed = 0 if back == 0 or (key == "usual" and back == 6) else 1
            made.add("channel_daily", {
                "day": day(back), "app_key": key, "channel": "wechat", "authorization_requests": requests,
                "authorizations": requests - failed, "authorizations_cancelled": 0,
            })  # fmt: skip
    (found,) = found_in(made)
    assert (found.severity, found.link) == ("note", "monitor.html")
    rate = "WeChat technical success rate"
    assert found.text.en == (
        "Suddenly 100%, as on none of the 28 days before: "
        f"game · {rate}, 商城 (mall-android) · {rate}, 商城 (mall-ios) · {rate}"
    )
