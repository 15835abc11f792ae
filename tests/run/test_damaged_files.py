"""Damaged files count for nothing until they are whole."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path

import pytest
import zstandard

from pipelines.closing.warnings import damaged_files
from pipelines.engines.duckdb import reader
from pipelines.ingest import part_reader
from pipelines.reading.files import growth, landing
from pipelines.reading.files.landing import LandedFile
from pipelines.store.manifest import Manifest
from tests.support import (
    DAY,
    DataFolder,
    as_parquet,
    columns_of,
    finding,
    lines,
    record,
    records,
    write_line_source,
)


def test_a_damaged_file_counts_for_nothing_until_it_is_whole(folder: DataFolder) -> None:
    """The records of a good file that is cut later stay, and the file may be put back."""
    whole, other = (gzip.compress(lines(records(count, prefix=f"{count}-")), mtime=0) for count in (300, 3))
    folder.land("a.ndjson.gz", whole[:-20])
    good, aside = folder.land("good.ndjson.gz", other), folder.root / "aside"
    folder.tables()
    assert folder.statuses("a.ndjson.gz") == ["damaged"]
    assert folder.counted() == {DAY: 3}
    assert folder.rows(
        "SELECT records_read, accepted, finding IS NOT NULL FROM input_files WHERE status = 'damaged'"
    ) == [(0, 0, True)]
    folder.land("a.ndjson.gz", whole)
    good.rename(aside)
    folder.land("good.ndjson.gz", other[:-9])
    folder.roll_up()
    assert folder.statuses("a.ndjson.gz") == ["replaced", "read"]
    assert folder.statuses("good.ndjson.gz") == ["read", "damaged"]
    assert folder.counted() == {DAY: 303}
    # Renamed, it has the stamp that it had when it was read.
    aside.rename(good)
    folder.roll_up()
    assert folder.statuses("good.ndjson.gz") == ["read"]
    assert folder.warnings == []


def test_a_refused_file_is_read_again_when_its_mapping_was_mended(folder: DataFolder) -> None:
    folder.write("sources/x.toml", 'name = "x"\nfiles = ["*.txt"]\nformat = "parquet"\n')
    folder.store.landing.mkdir(parents=True, exist_ok=True)
    (folder.store.landing / "a.txt").write_text("one\ntwo\n")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["damaged"]
    write_line_source(folder.root, "line")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["read"]
    assert folder.files("a.txt")[0].accepted == 2


LOG = lines(records(300))
PARQUET = as_parquet(columns_of(records(3)))
PACKED = gzip.compress(LOG, mtime=0)
WIDE = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=28)).compressobj()
CORRUPT, MISNAMED = "cut or corrupt, {}: deliver it again", "not what its name says, it is {}: {}"
RENAME = "give it the name of its format, or deliver it as UTF-8 text"
# Files with the words of their damage.
DAMAGED = {
    "early.log.gz": (PACKED[:-20], CORRUPT.format("it ends too early")),
    "early.log.zst": (zstandard.compress(LOG)[:-20], CORRUPT.format("it ends too early")),
    "early.parquet": (PARQUET[:-20], CORRUPT.format("it ends too early")),
    "empty.log.gz": (b"", CORRUPT.format("it is empty")),
    "empty.parquet": (b"", CORRUPT.format("it is empty")),
    "checksum.log.gz": (PACKED[:-8] + bytes(8), CORRUPT.format("a checksum is wrong")),
    "broken.log.gz": (PACKED[:20] + bytes(9) + PACKED[29:], CORRUPT.format("the packed data is broken")),
    "wide.log.zst": (
        WIDE.compress(LOG) + WIDE.flush(), "needs more memory to unpack than any log: pack it with a smaller window",
    ),
    "log.log.gz": (LOG, MISNAMED.format("not a gzip file", RENAME)),
    "log.log.zst": (LOG, MISNAMED.format("not a Zstandard file", RENAME)),
    "log.parquet": (LOG, MISNAMED.format("not a Parquet file", RENAME)),
    "zip.log": (b"PK\x03\x04", MISNAMED.format("a zip archive or an Office file", RENAME)),
}  # fmt: skip


def test_the_warning_says_in_words_what_is_wrong_and_what_to_do(folder: DataFolder) -> None:
    for name, (content, _) in DAMAGED.items():
        folder.land(name, content)
    folder.ingest()
    for name, (_, said) in DAMAGED.items():
        warning = damaged_files(Manifest(files=folder.files(name)))
        assert warning.detail.en == f"1 file damaged and not counted: {name} ({said})"
        assert warning.detail.zh.startswith(f"1 个文件均不计入：{name}（")
        assert "deliver" not in warning.detail.zh


def test_the_warning_of_a_file_that_unpacks_to_too_much_names_the_settings(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "FREE_BYTES", 1000)
    folder.write("authmeter.toml", "max_unpack_ratio = 10\n")
    folder.land("a.ndjson.gz", gzip.compress(lines(records(5000))))
    folder.ingest()
    warning = damaged_files(Manifest(files=folder.files("a.ndjson.gz")))
    cure = (
        "if it is a log, raise `max_unpack_ratio` or `max_unpacked_gb`, then run `authmeter reread`; if not, delete it"
    )
    assert warning.detail.en.endswith(f"no log compresses so well: {cure})")
    for name in ("max_unpack_ratio", "max_unpacked_gb", "authmeter reread"):
        assert name in warning.detail.zh


def test_a_file_without_rights_is_not_to_be_delivered_again(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(file: LandedFile, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder.land("a.log", records(3))
    monkeypatch.setattr(reader, "plain_file", refused)
    folder.roll_up()
    assert finding(folder.warnings, "damaged_files").detail.en == (
        "1 file damaged and not counted: a.log (may not be read by the user that runs authmeter: grant "
        "the right to read it)"
    )


def test_a_file_that_becomes_damaged_counts_as_it_was_read_before_and_the_warning_says_so(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.ingest()
    folder.land("a.ndjson", b"\x1f\x8b\x08 cut")
    folder.land("b.ndjson", b"\x1f\x8b\x08 cut")
    folder.roll_up()
    assert folder.counted() == {DAY: 3}
    cut = "cut or corrupt, it ends too early: deliver it again"
    assert finding(folder.warnings, "damaged_files").detail.en == (
        f"2 files damaged and not counted: a.ndjson ({cut}; the content read before still counts); b.ndjson ({cut})"
    )


def test_a_damaged_file_that_is_deleted_warns_no_more_without_anything_new(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("a")])
    cut = folder.land("cut.ndjson.gz", b"no gzip")
    folder.roll_up(DAY)
    assert [check.check_name for check in folder.warnings] == ["damaged_files"]
    cut.unlink()
    folder.roll_up(DAY)
    assert folder.warnings == []


def test_a_content_is_stored_with_its_checksum_or_not_at_all(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failing = landing.sha256_of, set[str]()
    tries = dict.fromkeys(("a.ndjson", "b.ndjson"), 0)

    def stale(file: LandedFile) -> str:
        tries[file.path] += 1
        if file.path in failing or tries[file.path] == 1:
            raise OSError(errno.ESTALE, "Stale file handle")
        return real(file)

    monkeypatch.setattr(landing, "sha256_of", stale)
    monkeypatch.setattr(part_reader, "sha256_of", stale)
    # A read that fails once is repeated.
    folder.land("a.ndjson", [record("a")])
    folder.ingest(DAY)
    assert [(entry.status, bool(entry.sha256)) for entry in folder.files("a.ndjson")] == [("read", True)]
    failing.add("b.ndjson")
    folder.land("b.ndjson", [record("b")])
    folder.roll_up(DAY)
    assert folder.counted() == {DAY: 1}
    (damaged,) = (check for check in folder.warnings if check.check_name == "damaged_files")
    assert "b.ndjson (The file cannot be read: Stale file handle)" in damaged.detail.en
    failing.clear()
    folder.ingest(DAY)
    assert [(entry.path, bool(entry.sha256)) for entry in folder.manifest.live_files()] == [
        ("a.ndjson", True), ("b.ndjson", True)
    ]  # fmt: skip


@pytest.mark.parametrize("number", [errno.ESTALE, errno.ENOTDIR, errno.EACCES])
def test_a_file_that_cannot_be_looked_at_after_it_was_read_is_left_to_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder.land("a.ndjson", [record("a")])
    lost = folder.land("b.ndjson", [record("b")])
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path == lost:
            raise OSError(number, os.strerror(number), str(path))
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "lstat", lstat)
        assert folder.ingest(DAY).changing == ["b.ndjson"]
    folder.ingest(DAY)
    assert folder.statuses("b.ndjson") == ["read"]


def test_a_file_that_could_not_be_read_is_tried_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: LandedFile) -> None:
        raise PermissionError(13, "Permission denied")

    folder.land("a.ndjson", [record("a")])
    with monkeypatch.context() as patched:
        patched.setattr(reader, "plain_file", refused)
        patched.setattr(landing, "sha256_of", refused)
        folder.ingest(DAY)
        folder.ingest(DAY)
    assert folder.statuses("a.ndjson") == ["damaged"]
    # A change of rights changes neither size nor time of a file.
    folder.ingest(DAY)
    assert folder.statuses("a.ndjson") == ["replaced", "read"]
