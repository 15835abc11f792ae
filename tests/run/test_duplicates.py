"""An id counts once in a day, whatever file its copies come in; of copies that differ the smallest counts."""

from __future__ import annotations

from tests.support import DAY, DataFolder, days_before, record, records

BEFORE = days_before(DAY, 1)


def test_a_copy_under_another_path_counts_as_duplicates(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.land("copy/a.ndjson", records(3))
    folder.tables()
    assert folder.rows("SELECT path, accepted FROM input_files ORDER BY path") == [
        ("a.ndjson", 3),
        ("copy/a.ndjson", 3),
    ]
    assert folder.rows("SELECT records_accepted, duplicates FROM day_quality") == [(6, 3)]
    assert folder.counted() == {DAY: 3}


def test_one_id_on_two_days_counts_on_both(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1"), record("e1", BEFORE)])
    folder.roll_up()
    assert folder.counted() == {BEFORE: 1, DAY: 1}


def test_a_copy_of_the_smallest_values_counts_whatever_comes_first(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", outcome="timeout", platform="ios")])
    folder.land("b.ndjson", [record("e1", outcome="error", platform="ios"), record("e1", outcome="error")])
    folder.tables()
    assert folder.rows("SELECT outcome, platform FROM outcome_daily") == [("error", "unknown")]
