"""A file that no source reads is not passed over in silence: it is in the tables, and warned of until it is gone."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import FileIO
from pathlib import Path

import pytest

from pipelines.commands.check.check import check_folder
from pipelines.ingest import unread_files
from pipelines.reading.files import landing
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.reasons.unread import kind_of
from tests.support import DAY, DataFolder, finding, lines, record, records, write_line_source

AFTER = DAY + timedelta(days=1)
BOOKS = (
    "SELECT path, sha256, bytes, source, records_read, accepted, rejected, skipped, finding FROM input_files "
    "WHERE status = 'unread' ORDER BY path"
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unread(folder: DataFolder) -> list[str]:
    """Return the paths that the newest run noted as unread."""
    return list(folder.manifest.unread_files)


@pytest.fixture
def mixed(folder: DataFolder) -> DataFolder:
    """Return a folder with a good log and two files that no source reads."""
    folder.land("a.ndjson", records(3))
    folder.land("week/b.xlsx", b"PK\x03\x04")
    folder.land("notes.txt", lines(records(40, prefix="t")))
    return folder


def test_unread_files_are_listed_and_warned_of_by_kind_until_they_are_gone(
    mixed: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = landing.sha256_of

    def refused(file: LandedFile) -> str:
        if file.path != "shut.rar":
            return real(file)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(landing, "sha256_of", refused)
    archives = [*(f"{number}.rar" for number in range(6)), "shut.rar"]
    for name in archives:
        mixed.land(name, b"PK")
    mixed.land("packed.ndjson.gz", gzip.compress(lines(records(3, prefix="packed"))))
    mixed.ingest()
    # Another time is no other content, so there is nothing new.
    mixed.land("week/b.xlsx", b"PK\x03\x04")
    mixed.tables()
    assert mixed.manifest.run == 1
    text, unknown = lines(records(40, prefix="t")), kind_of("notes.txt").en
    assert [row for row in mixed.rows(BOOKS) if row[0] not in archives[:-1]] == [
        ("notes.txt", sha256(text), len(text), "", 0, 0, 0, 0, unknown),
        # A file that cannot be opened is listed without its checksum.
        ("shut.rar", "", 2, "", 0, 0, 0, 0, "an archive: unpack it here"),
        ("week/b.xlsx", sha256(b"PK\x03\x04"), 4, "", 0, 0, 0, 0, "a spreadsheet: save it as CSV"),
    ]
    assert mixed.counted() == {DAY: 6}
    (warning,) = mixed.warnings
    assert warning.check_name == "unread_files"
    assert warning.detail.en == (
        "9 files read by no source: 0.rar, 1.rar, 2.rar, 3.rar, 4.rar … (+2) (an archive: unpack it here); "
        f"notes.txt ({unknown}); "
        "week/b.xlsx (a spreadsheet: save it as CSV)"
    )
    assert "week/b.xlsx（电子表格：请另存为 CSV）" in warning.detail.zh
    mixed.roll_up(AFTER)
    assert not finding(mixed.warnings, "unread_files").passed
    for path in ("notes.txt", "week/b.xlsx", *archives):
        (mixed.store.landing / path).unlink()
    mixed.tables(AFTER)
    assert "unread_files" not in {check.check_name for check in mixed.warnings}
    assert mixed.rows(BOOKS) == []


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (("a.xlsx", "A.XLS", "2026/x.ods", "a.et"), "save it as CSV"),
        (("a.zip", "a.tar", "a.tar.gz", "a.tar.zst", "a.tgz", "a.7z", "a.rar"), "unpack it"),
        (("a.ndjson.br", "a.csv.lzo", "A.LOG.Z"), ".gz or .zst"),
        (("a.parquet.gz", "a.parquet.zst"), "unpack it"),
        (("a.avro", "a.orc", "a.db"), "NDJSON, CSV or Parquet"),
        (("a.txt", "a", "a.gz", "a.csv.old", "xlsx", "a.ndjson.1x"), "source mapping"),
    ],
)
def test_what_to_do_follows_from_the_name(paths: tuple[str, ...], words: str) -> None:
    assert [path for path in paths if words not in kind_of(path).en] == []


def test_a_file_without_a_suffix_that_cannot_be_read_is_said_to_be_closed(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, access = landing.LandedFile.opened, os.access

    def closed(file: LandedFile) -> AbstractContextManager[FileIO]:
        if file.path == "authlog":
            raise PermissionError(13, "Permission denied")
        return real(file)

    log = folder.land("authlog", [record("a")])
    folder.land("other", b"no log")
    with monkeypatch.context() as patched:
        patched.setattr(landing.LandedFile, "opened", closed)
        patched.setattr(os, "access", lambda path, mode: path != log and access(path, mode))
        folder.tables(DAY)
        assert check_folder(folder.root) == 3
    cure = "without a suffix, and cannot be read: if it is a log, grant the right to read it"
    assert f"unread     landing/authlog: {cure}" in capsys.readouterr().out
    assert cure in finding(folder.warnings, "unread_files").detail.en
    assert {path: words[:13] for path, *_, words in folder.rows(BOOKS)} == {
        "authlog": "without a suf", "other": "of an unknown"
    }  # fmt: skip
    # A change of rights changes neither size nor time of a file.
    folder.ingest(DAY)
    assert folder.accepted() == {DAY: 1}
    assert unread(folder) == ["other"]


def test_ignored_files_stay_in_the_tables_without_a_finding_or_a_warning(mixed: DataFolder) -> None:
    mixed.write("authmeter.toml", 'ignore = ["*.xlsx"]\n')
    mixed.roll_up()
    assert "week/b.xlsx" not in finding(mixed.warnings, "unread_files").detail.en
    mixed.write("authmeter.toml", 'ignore = ["*.xlsx", "notes.txt"]\n')
    mixed.tables()
    assert mixed.warnings == []
    assert [(row[0], row[-1]) for row in mixed.rows(BOOKS)] == [("notes.txt", None), ("week/b.xlsx", None)]


def test_a_glob_fits_a_path_or_a_name_and_other_files_are_read_or_left_alone(folder: DataFolder) -> None:
    """A source reads its files whatever is ignored. Links, hidden files and unfinished files are not unread."""
    folder.write("authmeter.toml", 'ignore = ["x/*", "b.txt", "*.ndjson"]\n')
    for path in ("x/y/a.txt", "y/b.txt", "y/x/c.txt", "B.txt"):
        folder.land(path, b"x")
    folder.land("a.ndjson", records(3))
    for name in (".a.txt", "_a.xlsx", "a.zip.tmp", "a.xlsx.part", ".a.txt.crc"):
        (folder.store.landing / name).write_bytes(b"x")
    (folder.store.landing / "link.txt").symlink_to(folder.root / "hash.key")
    folder.roll_up()
    assert unread(folder) == ["B.txt", "x/y/a.txt", "y/b.txt", "y/x/c.txt"]
    (warning,) = folder.warnings
    assert warning.detail.en.startswith("2 files read by no source: B.txt, y/x/c")
    assert folder.counted() == {DAY: 3}


def test_a_mapping_takes_an_unread_file_and_without_it_a_read_one_is_not_unread(mixed: DataFolder) -> None:
    mixed.ingest()
    write_line_source(mixed.root, "sha256(line)")
    mixed.ingest()
    assert unread(mixed) == ["week/b.xlsx"]
    assert mixed.accepted() == {DAY: 43}
    (mixed.root / "sources" / "x.toml").unlink()
    mixed.ingest()
    assert unread(mixed) == ["week/b.xlsx"]
    # Nor is it with another time.
    mixed.land("notes.txt", lines(records(40, prefix="t")))
    mixed.ingest()
    assert unread(mixed) == ["week/b.xlsx"]
    # A path with new content is listed as unread, and the records of its old content still count.
    mixed.land("notes.txt", b"other\n")
    mixed.ingest()
    assert unread(mixed) == ["notes.txt", "week/b.xlsx"]
    assert mixed.statuses("notes.txt") == ["read"]
    assert mixed.accepted() == {DAY: 43}


def test_a_content_that_was_replaced_is_once_in_the_tables(folder: DataFolder) -> None:
    write_line_source(folder.root, "line")
    for content in (b"one\n", b"two\none\n"):
        folder.land("a.txt", content)
        folder.ingest()
    assert folder.statuses("a.txt") == ["replaced", "read"]
    (folder.root / "sources" / "x.toml").unlink()
    folder.land("a.txt", b"one\n")
    folder.tables()
    assert folder.rows("SELECT sha256, status FROM input_files ORDER BY status") == [
        (sha256(b"two\none\n"), "read"), (sha256(b"one\n"), "unread")
    ]  # fmt: skip


def test_a_damaged_file_that_nobody_reads_any_more_is_not_damaged(folder: DataFolder) -> None:
    folder.write("sources/x.toml", 'name = "x"\nfiles = ["*.txt"]\nformat = "parquet"\n')
    folder.land("a.txt", b"one\n")
    folder.ingest()
    assert folder.statuses("a.txt") == ["damaged"]
    (folder.root / "sources" / "x.toml").unlink()
    folder.land("a.txt", b"two\n")
    folder.roll_up()
    assert {check.check_name for check in folder.warnings} == {"unread_files", "day_is_there"}


def test_an_unread_file_is_hashed_once_for_each_content(mixed: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    real: Callable[[LandedFile], str] = unread_files.checksum_of

    def checksum_of(file: LandedFile) -> str:
        hashed.append(file.path)
        return real(file)

    monkeypatch.setattr(unread_files, "checksum_of", checksum_of)
    mixed.ingest()
    mixed.ingest(AFTER)
    assert hashed == ["notes.txt", "week/b.xlsx"]
    mixed.land("notes.txt", b"more\n")
    mixed.ingest(AFTER)
    assert hashed[2:] == ["notes.txt"]


def test_what_lies_in_a_folder_that_cannot_be_read_stays_unread(
    mixed: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed.ingest()
    (mixed.store.landing / "notes.txt").unlink()

    def scan(landing: Path, unreadable: set[str]) -> list[LandedFile]:
        unreadable.add("week")
        return []

    monkeypatch.setattr("pipelines.ingest.ingest.scan", scan)
    mixed.ingest()
    assert unread(mixed) == ["week/b.xlsx"]


def test_a_mapping_without_format_is_not_said_to_match_nothing(folder: DataFolder) -> None:
    write_line_source(folder.root, "line")
    mapping = folder.root / "sources" / "x.toml"
    mapping.write_text(mapping.read_text().replace('format = "lines"\n', ""))
    folder.land("a.ndjson", records(3))
    folder.land("a.txt", b"e1\n")
    folder.roll_up()
    assert finding(folder.warnings, "source_mappings").detail.en.endswith(
        "or their names show no format and it has no `format`"
    )
    assert "give its `format` in a source mapping" in finding(folder.warnings, "unread_files").detail.en
