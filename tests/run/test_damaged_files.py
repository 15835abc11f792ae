"""Damaged files count for nothing until they are whole."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from pipelines.engines.duckdb import reader
from pipelines.reading import landing
from pipelines.reading.landing import LandedFile
from tests.support import DAY, DataFolder, lines, record, records, write_line_source

AFTER = DAY + timedelta(days=1)


def test_a_damaged_file_counts_for_nothing_until_it_is_whole(folder: DataFolder) -> None:
    whole = gzip.compress(lines(records(300)), mtime=0)
    folder.land("a.ndjson.gz", whole[:-20])
    folder.land("b.ndjson", records(2, prefix="b"))
    folder.tables()
    assert folder.statuses("a.ndjson.gz") == ["damaged"]
    assert folder.counted() == {DAY: 2}
    assert folder.rows(
        "SELECT records_read, accepted, finding IS NOT NULL FROM input_files WHERE status = 'damaged'"
    ) == [(0, 0, True)]
    folder.land("a.ndjson.gz", whole)
    folder.tables()
    assert folder.statuses("a.ndjson.gz") == ["replaced", "read"]
    assert folder.counted() == {DAY: 302}


def test_a_good_file_that_is_cut_later_keeps_what_it_gave(folder: DataFolder) -> None:
    whole = gzip.compress(lines(records(300)), mtime=0)
    folder.land("a.ndjson.gz", whole)
    folder.tables()
    folder.land("a.ndjson.gz", whole[:-20])
    folder.tables(AFTER)
    assert folder.statuses("a.ndjson.gz") == ["read", "damaged"]
    assert folder.counted() == {DAY: 300}


def test_a_refused_file_is_read_again_when_its_mapping_was_mended(folder: DataFolder) -> None:
    write_line_source(folder.root, "error(line)")
    folder.store.landing.mkdir(parents=True, exist_ok=True)
    (folder.store.landing / "a.txt").write_text("one\ntwo\n")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["damaged"]
    write_line_source(folder.root, "line")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["read"]
    assert folder.files("a.txt")[0].accepted == 2


def test_a_damaged_file_that_is_deleted_warns_no_more_without_anything_new(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("a")])
    cut = folder.land("cut.ndjson.gz", b"no gzip")
    folder.tables(DAY)
    assert [check.check_name for check in folder.warnings] == ["damaged_files"]
    cut.unlink()
    folder.tables(DAY)
    assert folder.warnings == []


def test_a_file_that_could_not_be_read_is_tried_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: LandedFile) -> None:
        raise PermissionError(13, "Permission denied")

    folder.land("a.ndjson", [record("a")])
    with monkeypatch.context() as patched:
        patched.setattr(reader, "plain_file", refused)
        patched.setattr(landing, "sha256_of", refused)
        folder.tables(DAY)
        folder.tables(DAY)
    assert folder.statuses("a.ndjson") == ["damaged"]
    # A change of rights changes neither size nor time of a file.
    folder.tables(DAY)
    assert folder.counted() == {DAY: 1}
