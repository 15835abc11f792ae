"""SQLite reports a quota or a limit on file sizes as an I/O error, which must be reported as a full disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.common.process.machine_limits import as_machine_error

resource = pytest.importorskip("resource")
ERROR = sqlite3.OperationalError("disk I/O error")


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Limit the size of files that this process writes."""
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


def test_an_io_error_with_room_is_no_full_disk(tmp_path: Path) -> None:
    assert as_machine_error(ERROR, str(tmp_path)) is None
    assert as_machine_error(ERROR, str(tmp_path / "missing")) is None
