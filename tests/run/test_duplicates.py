"""An id counts once in a day, whatever file its copies come in; of copies that differ the smallest counts."""

from __future__ import annotations

from tests.support import DAY, DataFolder, days_before, record, records

BEFORE = days_before(DAY, 1)


def test_a_copy_under_another_path_counts_as_duplicates(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("copy/a.ndjson", records(3))
    # The same id on another day counts there.
    folder.land("before.ndjson", [record(f"e{DAY:%m%d}-1", BEFORE)])
    folder.tables()
    accepted = [("a.ndjson", 3), ("before.ndjson", 1), ("copy/a.ndjson", 3)]
    assert folder.rows("SELECT path, accepted FROM input_files ORDER BY path") == accepted
    assert folder.rows("SELECT day, records_accepted, duplicates FROM day_quality") == [(BEFORE, 1, 0), (DAY, 6, 3)]
    assert folder.counted() == {BEFORE: 1, DAY: 3}


def test_a_copy_of_the_smallest_values_counts_whatever_comes_first(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", outcome="timeout", platform="ios")])
    folder.land("b.ndjson", [record("e1", outcome="error", platform="ios"), record("e1", outcome="error")])
    folder.tables()
    assert folder.rows("SELECT outcome, platform FROM outcome_daily") == [("error", "unknown")]
