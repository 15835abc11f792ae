"""After a change of a setting or of the project's own code, a run repeats only the work that depends on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.closing import fingerprint
from pipelines.closing.fingerprint import publishing_digest
from pipelines.rollup import due_days
from pipelines.rollup.counting_code import counting_digest
from tests.support import DAY, CopyOf, DataFolder, days_before, records

BEFORE = days_before(DAY, 1)


def two_days(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3, BEFORE) + records(2))
    folder.roll_up()


@pytest.fixture
def published(copy_of: CopyOf, project_copy: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """Return a folder with two closed days.

    Its digests are computed from `project_copy`, whose code a test may change.
    """
    monkeypatch.setattr(due_days, "counting_digest", lambda: counting_digest.__wrapped__(project_copy))
    monkeypatch.setattr(fingerprint, "publishing_digest", lambda: publishing_digest.__wrapped__(project_copy))
    # The first test makes the folder, with the digests of unchanged code.
    return copy_of(two_days)


def run_again(folder: DataFolder) -> tuple[list[date], bool]:
    """Run again, and assert that nothing is restated.

    Return the days that were rolled up, and whether the run publishes anew.
    """
    before = folder.manifest.run
    days = folder.roll_up().days
    assert folder.manifest.restatements == []
    return days, folder.manifest.run != before


def append(file: Path, text: str) -> None:
    assert file.is_file()
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def test_changed_holidays_publish_anew_and_roll_up_nothing(published: DataFolder) -> None:
    published.write("authmeter.toml", f"holidays = [{DAY}]\n")
    assert run_again(published) == ([], True)
    assert run_again(published) == ([], False)


def test_changed_threads_do_nothing(published: DataFolder) -> None:
    published.write("authmeter.toml", "threads = 1\n")
    assert run_again(published) == ([], False)


def test_changed_comments_do_nothing(published: DataFolder, project_copy: Path) -> None:
    for path in ("rollup/sql/records/record_groups.sql", "marts/sql/apps.sql"):
        append(project_copy / "pipelines" / path, "-- Another reason.\n")
    append(project_copy / "pipelines/rollup/plan.py", "# Another reason.\n")
    assert run_again(published) == ([], False)


def test_a_changed_template_publishes_anew_and_rolls_up_nothing(published: DataFolder, project_copy: Path) -> None:
    append(project_copy / "reports/pages/index.html.jinja", "<p>More.</p>\n")
    assert run_again(published) == ([], True)


def test_changed_sql_of_the_roll_up_rolls_up_all_days_and_publishes_only_what_comes_out_otherwise(
    published: DataFolder, project_copy: Path
) -> None:
    append(project_copy / "pipelines/rollup/sql/records/record_groups.sql", "HAVING count(*) > 0\n")
    assert run_again(published) == ([BEFORE, DAY], False)
    assert run_again(published) == ([], False)


def test_days_without_events_stay_as_they_are_when_the_code_changes(published: DataFolder, project_copy: Path) -> None:
    manifest = published.manifest
    manifest.events_from = DAY
    published.store.commit(manifest)
    append(project_copy / "pipelines/rollup/sql/records/record_groups.sql", "HAVING count(*) > 0\n")
    assert run_again(published)[0] == [DAY]
    assert published.counted() == {BEFORE: 3, DAY: 2}
