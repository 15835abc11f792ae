"""Content that would take records of a closed day away is held until a person accepts it."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from pipelines.common.errors import UsageError
from pipelines.ingest.held import accept_held
from tests.support import DAY, CopyOf, DataFolder, finding, lines, records

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


def test_a_held_file_that_grows_back_is_taken_without_a_word(rotated: DataFolder) -> None:
    rotated.land("app.log", records(3) + records(2, AFTER))
    rotated.roll_up(AFTER)
    assert rotated.statuses("app.log") == ["replaced", "replaced", "read"]
    assert rotated.counted() == {DAY: 3, AFTER: 2}


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_held_file_counts_once_the_old_content_has_moved(rotated: DataFolder, is_packed: bool) -> None:
    # A tool that copies all files again gives each a new stamp.
    rotated.land("app.log", records(2, AFTER))
    rotated.land(
        "app.log.1.gz" if is_packed else "app.log.1", gzip.compress(lines(records(3))) if is_packed else records(3)
    )
    rotated.roll_up(AFTER)
    assert rotated.statuses("app.log") == ["replaced", "read"]
    assert rotated.files("app.log")[1].finding is None
    assert rotated.counted() == {DAY: 3, AFTER: 2}
    assert rotated.manifest.late_records == {}


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


def test_a_held_content_that_was_taken_back_replaced_nothing(rotated: DataFolder) -> None:
    rotated.land("app.log", records(3))
    rotated.roll_up(AFTER)
    assert rotated.statuses("app.log") == ["read"]
    assert rotated.counted() == {DAY: 3}


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


def test_one_lost_id_of_a_closed_day_is_enough_to_hold(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("empty.ndjson", records(3, prefix="empty"))
    folder.roll_up()
    folder.land("a.ndjson", records(2) + records(50, prefix="new"))
    folder.land("empty.ndjson", b"")
    folder.roll_up(AFTER)
    assert folder.statuses("a.ndjson") == folder.statuses("empty.ndjson") == ["read", "held"]
    assert folder.counted() == {DAY: 6}
