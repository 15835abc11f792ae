"""Content that would take records of a closed day away is held until a person accepts it. `ingest/test_rotation.py`
tests which content a run releases by itself.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.common.errors import UsageError
from pipelines.ingest.held import accept_held
from tests.support import DAY, CopyOf, DataFolder, days_before, finding, records

AFTER = DAY + timedelta(days=1)


def a_rotated_log(folder: DataFolder) -> None:
    folder.land("app.log", records(3))
    folder.roll_up()
    folder.land("app.log", records(2, AFTER))
    folder.tables(AFTER)


@pytest.fixture
def rotated(copy_of: CopyOf) -> DataFolder:
    """Return a folder with a closed day. The path of its log now has records of the next day."""
    return copy_of(a_rotated_log)


def test_a_rotated_file_is_held_with_a_warning(rotated: DataFolder) -> None:
    assert rotated.statuses("app.log") == ["read", "held"]
    assert rotated.counted() == {DAY: 3}
    assert rotated.rows("SELECT status FROM input_files ORDER BY status") == [("held",), ("read",)]
    assert "app.log" in finding(rotated.warnings, "held_files").detail.en


def test_an_accepted_file_counts_from_the_next_run_on(rotated: DataFolder) -> None:
    entry = accept_held(rotated.store, rotated.manifest, "app.log")
    assert entry.accepted == 2
    report = rotated.roll_up(AFTER)
    assert (report.days, report.emptied) == ([AFTER], [DAY])
    assert rotated.counted() == {AFTER: 2}
    assert rotated.statuses("app.log") == ["replaced", "read"]
    assert [row for row in rotated.restated("DISTINCT day, published_now, cause") if row[0] == DAY] == [
        (DAY, None, "app.log")
    ]


def test_a_held_file_that_is_back_after_its_old_content_moved_counts(rotated: DataFolder) -> None:
    file, aside = rotated.store.landing / "app.log", rotated.root / "aside"
    file.rename(aside)
    rotated.land("app.log.1", records(3))
    rotated.roll_up(AFTER)
    assert rotated.statuses("app.log") == ["replaced", "held"]
    aside.rename(file)
    rotated.land("other.log", records(1, AFTER, prefix="o"))
    rotated.roll_up(AFTER)
    assert rotated.statuses("app.log") == ["replaced", "read"]
    assert rotated.counted() == {DAY: 3, AFTER: 3}


def test_content_held_for_a_day_that_retention_removed_counts_from_the_next_run_on(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\n")
    old = days_before(DAY, 60)
    folder.land("app.log", records(3, old))
    folder.roll_up()
    folder.land("app.log", records(2, AFTER))
    # This run is the last that has the events of the old day.
    folder.roll_up(AFTER)
    assert folder.statuses("app.log") == ["read", "held"]
    folder.roll_up(AFTER)
    assert folder.statuses("app.log") == ["replaced", "read"]
    assert folder.counted() == {old: 3, AFTER: 2}


def test_the_old_file_put_back_ends_what_was_held(folder: DataFolder) -> None:
    """A file that is renamed back has the stamp that it had when it was read."""
    old, aside = folder.land("app.log", records(3)), folder.root / "aside"
    folder.roll_up()
    old.rename(aside)
    folder.land("app.log", records(2, AFTER))
    folder.roll_up(AFTER)
    assert folder.statuses("app.log") == ["read", "held"]
    aside.rename(old)
    folder.roll_up(AFTER)
    assert folder.statuses("app.log") == ["read"]
    assert folder.counted() == {DAY: 3}
    before = folder.manifest
    folder.ingest(AFTER)
    assert folder.manifest == before


def test_only_a_held_path_can_be_accepted(rotated: DataFolder) -> None:
    with pytest.raises(UsageError, match=r"No held file has the path 'other.log'") as refused:
        accept_held(rotated.store, rotated.manifest, "other.log")
    assert refused.value.where == str(rotated.store.landing)
    assert "app.log" in refused.value.do
    assert rotated.statuses("app.log") == ["read", "held"]
