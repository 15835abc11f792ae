"""Tests copies: an id counts once in a day, in whatever files its copies are. If copies differ, the smallest counts."""

from __future__ import annotations

from tests.support import DAY, CopyOf, DataFolder, days_before, record, records

BEFORE = days_before(DAY, 1)


def copies(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("copy/a.ndjson", records(3))
    # The same id on another day counts there.
    folder.land("before.ndjson", [record(f"e{DAY:%m%d}-1", BEFORE)])
    changed = [("timeout", "ios"), ("error", "ios"), ("error", None)]
    rows = [record("e1", app_key="game", outcome=outcome, platform=platform) for outcome, platform in changed]
    folder.land("first.ndjson", rows[:1])
    folder.land("second.ndjson", rows[1:])
    folder.tables()


def test_a_copy_under_another_path_counts_as_duplicates(made_once: CopyOf) -> None:
    folder = made_once(copies)
    accepted = [("a.ndjson", 3), ("before.ndjson", 1), ("copy/a.ndjson", 3), ("first.ndjson", 1), ("second.ndjson", 2)]
    assert folder.rows("SELECT path, accepted FROM input_files ORDER BY path") == accepted
    assert folder.rows("SELECT day, records_accepted, duplicates FROM day_quality") == [(BEFORE, 1, 0), (DAY, 9, 5)]
    assert folder.counted() == {BEFORE: 1, DAY: 4}


def test_a_copy_of_the_smallest_values_counts_whatever_comes_first(made_once: CopyOf) -> None:
    rows = made_once(copies).rows("SELECT outcome, platform FROM outcome_daily WHERE app_key = 'game'")
    assert rows == [("error", "unknown")]
