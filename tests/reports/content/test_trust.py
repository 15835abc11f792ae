"""Tests the reasons in the bar at the top of all pages."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.published import PublishedTables
from reports.content.trust import NAMED, reasons
from tests.data.published_tables import Database, day


def test_failed_checks_beyond_the_named_ones_are_counted(tmp_path: Path) -> None:
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(1))
    for number in range(NAMED + 2):
        made.add("check_results", {
            "check_name": f"check_{number}", "severity": "warn", "passed": False, "day": None,
            "detail_en": f"fault {number}", "detail_zh": f"问题 {number}",
        })  # fmt: skip
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        given = reasons(context.data_state(marts, context.quality_by_day(marts), 400))
    *named, (severity, others) = given[-NAMED - 1 :]
    assert [f"fault {number}" in text.en for number, (_, text) in enumerate(named)] == [True] * NAMED
    assert (severity, others.en, others.zh) == ("warn", "Other failed checks: 2", "另有 2 项检查未通过")
