"""A file is read once: a new modification time is no reason to read it again, and its records outlive it."""

from __future__ import annotations

import pytest

from pipelines.commands.check.check import check_folder
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.sources import Sources
from tests.support import DAY, DataFolder, record, records, write_line_source


def test_a_file_is_read_once(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    assert len(folder.ingest().read) == 1
    assert folder.ingest().read == []
    # Nor is a file whose time alone changed.
    folder.land("a.ndjson", records(3))
    assert folder.ingest().read == []
    assert folder.statuses("a.ndjson") == ["read"]


def test_a_file_that_is_delivered_again_after_its_mapping_changed_is_to_be_reread(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    write_line_source(folder.root, "nullif(line, line)")
    folder.land("a.txt", b"one\n")
    folder.ingest()
    write_line_source(folder.root, "line")
    folder.land("a.txt", b"one\n")
    folder.ingest()
    assert [entry.accepted for entry in folder.files("a.txt")] == [0]
    check_folder(folder.root)
    assert "1 file read by another mapping: `authmeter reread` for a.txt" in capsys.readouterr().out


def test_deleting_a_file_that_was_read_changes_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.ingest()
    folder.land("a.ndjson", records(3)).unlink()
    folder.land("b.ndjson", records(2, prefix="b"))
    folder.ingest()
    assert folder.accepted() == {DAY: 5}


def test_a_source_is_looked_up_for_what_is_new_or_was_refused_alone(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Sources.for_file

    def for_file(sources: Sources, path: str) -> SourceMapping | None:
        asked.append(path)
        return real(sources, path)

    monkeypatch.setattr(Sources, "for_file", for_file)
    folder.land("a.ndjson", [record("a")])
    folder.land("cut.ndjson.gz", b"no gzip")
    folder.ingest(DAY)
    assert asked == ["a.ndjson", "cut.ndjson.gz"]
    folder.land("b.ndjson", [record("b")])
    asked.clear()
    folder.ingest(DAY)
    assert asked == ["b.ndjson", "cut.ndjson.gz"]
