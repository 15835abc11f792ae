"""A file is read once: not again for its time alone, and what it gave outlives it."""

from __future__ import annotations

from tests.support import DAY, DataFolder, records


def test_a_file_is_read_once(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    assert len(folder.ingest().read) == 1
    assert folder.ingest().read == []


def test_a_file_whose_time_alone_changed_is_not_read_again(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(3))
    assert folder.ingest().read == []
    assert folder.statuses("a.ndjson") == ["read"]


def test_deleting_a_file_that_was_read_changes_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.tables()
    folder.land("a.ndjson", records(3)).unlink()
    folder.land("b.ndjson", records(2, prefix="b"))
    folder.tables()
    assert folder.counted() == {DAY: 5}
