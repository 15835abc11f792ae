"""Tests the error messages about limits of the machine and of file systems.

SQLite reports a quota or a limit on file sizes as an I/O error, which must be reported as a full disk.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.common.files import durable
from pipelines.common.files.lock import hold
from pipelines.common.process import machine_limits
from pipelines.common.process.machine_limits import as_machine_error

resource = pytest.importorskip("resource")
ERROR = sqlite3.OperationalError("disk I/O error")


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Limit the size of each file that this process writes to `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_io_error_under_a_limit_on_file_sizes_is_a_full_disk(tmp_path: Path) -> None:
    with limited_files(20_000):
        found = as_machine_error(ERROR, str(tmp_path))
    assert found is not None
    assert found.what == "The disk is full."
    assert list(tmp_path.iterdir()) == []


def test_the_folder_that_is_full_is_named_although_it_is_not_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, temp, export = (tmp_path / name for name in ("data", "temp", "exports"))
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))

    def where(*named: str) -> str:
        found = as_machine_error(OSError(errno.ENOSPC, "No space left on device", *named), str(data))
        assert found is not None
        return found.where

    assert where() == str(data)
    assert where(str(data / "warehouse" / "a.parquet")) == str(data)
    assert where(str(export / "detail.csv.tmp")) == str(export)
    # A file for a workbook has no name.
    monkeypatch.setattr(machine_limits, "_has_room", lambda folder: folder != str(temp))
    assert where() == str(temp)


def test_an_io_error_with_room_is_no_full_disk(tmp_path: Path) -> None:
    assert as_machine_error(ERROR, str(tmp_path)) is None
    assert as_machine_error(ERROR, str(tmp_path / "missing")) is None


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EIO, errno.ESTALE])
def test_an_operation_that_the_file_system_refuses_is_reported_with_its_file(tmp_path: Path, number: int) -> None:
    error = OSError(number, os.strerror(number), "site", None, str(tmp_path / ".site.new"))
    found = as_machine_error(error, str(tmp_path))
    assert found is not None
    assert found.what == f"The file system refused an operation: {os.strerror(number)}."
    assert found.where == str(tmp_path / ".site.new")
    assert "symbolic links" in found.do


def test_folders_on_two_file_systems_are_to_be_put_on_one(tmp_path: Path) -> None:
    error = OSError(errno.EXDEV, os.strerror(errno.EXDEV), "tmp/days", None, str(tmp_path / "days"))
    found = as_machine_error(error, str(tmp_path))
    assert found is not None
    assert (found.where, "one file system" in found.do) == (str(tmp_path / "days"), True)


def test_a_folder_or_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    status, days, new = tmp_path / "status.json", tmp_path / "days", tmp_path / ".status.json.new"
    status.mkdir()
    days.touch()
    new.touch()
    cases: list[tuple[Callable[[], object], Path, tuple[str, str]]] = [
        (lambda: new.replace(status), status, ("folder", "file")),
        (status.read_bytes, status, ("folder", "file")),
        (lambda: days.mkdir(exist_ok=True), days, ("file", "folder")),
        (lambda: (days / "2026-03-10" / "new").mkdir(parents=True), days, ("file", "folder")),
        (lambda: os.listdir(days), days, ("file", "folder")),
    ]
    for act, place, (kind, needed) in cases:
        with pytest.raises((IsADirectoryError, NotADirectoryError, FileExistsError)) as raised:
            act()
        found = as_machine_error(raised.value, str(tmp_path))
        assert found is not None
        assert (found.what, found.where) == (f"A {kind} is in the way.", str(place))
        assert f"this name for a {needed};" in found.why


def test_an_existing_folder_is_not_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError) as raised:
        tmp_path.mkdir()
    assert as_machine_error(raised.value, str(tmp_path)) is None


def test_a_lock_that_the_file_system_does_not_know_is_reported_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    lock_file = tmp_path / "warehouse" / ".lock"
    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(OSError, match="No locks available") as raised, hold(lock_file, "run", datetime.now(UTC)):
        pass
    found = as_machine_error(raised.value, "elsewhere")
    assert found is not None
    assert found.where == str(lock_file)


def test_a_file_system_that_cannot_sync_folders_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    file = tmp_path / "a"
    file.write_bytes(b"")
    monkeypatch.setattr(os, "fsync", refused)
    durable.sync_folder(tmp_path)
    with pytest.raises(OSError, match="Invalid argument"):
        durable.sync_file(file)
