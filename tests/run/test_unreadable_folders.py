"""A folder of landing that cannot be read: it is named in checks, and it keeps no other file from being counted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from pipelines.commands.check.check import check_folder
from pipelines.common.errors import UsageError
from tests.support import DAY, DataFolder, record


def close(patched: pytest.MonkeyPatch, folder: Path, *, error: type[OSError] = PermissionError) -> None:
    """Make a folder unreadable by a patch, because file modes do not stop a superuser."""
    real = os.scandir

    def scandir(path: int | str | Path) -> Iterator[os.DirEntry[str]]:
        if not isinstance(path, int) and Path(path) == folder:
            raise error(13, "Permission denied")
        return real(path)

    patched.setattr(os, "scandir", scandir)


def test_a_folder_that_cannot_be_read_is_reported_and_keeps_nobody_else(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.land("shut/day/a.ndjson", [record("a")])
    folder.land("shut/cut.ndjson.gz", b"no gzip")
    folder.ingest(DAY)
    folder.land("shut/day/b.ndjson", [record("b")])
    folder.land("open/c.ndjson", [record("c")])
    with monkeypatch.context() as patched:
        close(patched, folder.store.landing / "shut")
        folder.tables(DAY)
    # Records that were read from the folder before still count, and its damaged file is still reported.
    assert folder.counted() == {DAY: 2}
    assert [(check.check_name, check.detail.en.split(": ")[1].split(" (")[0]) for check in folder.warnings] == [
        ("damaged_files", "shut/cut.ndjson.gz"), ("unreadable_folders", "shut")
    ]  # fmt: skip
    assert folder.rows("SELECT passed FROM check_results WHERE check_name = 'unreadable_folders'") == [(False,)]
    folder.roll_up(DAY)
    assert folder.counted() == {DAY: 3}
    assert [check.check_name for check in folder.warnings] == ["damaged_files"]


def test_a_folder_that_cannot_be_read_is_reported_without_anything_new_and_named_by_a_check(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.land("a.ndjson", [record("a")])
    folder.land("shut/b.ndjson", [record("b")])
    folder.roll_up(DAY)
    run = folder.manifest.run
    for is_shut in (True, True, False, False):
        with monkeypatch.context() as patched:
            if is_shut:
                close(patched, folder.store.landing / "shut")
            folder.roll_up(DAY)
            assert check_folder(folder.root) == (3 if is_shut else 0)
        assert folder.manifest.unreadable == (["shut"] if is_shut else [])
        assert ("landing/shut cannot be read" in capsys.readouterr().out) == is_shut
    assert folder.manifest.run == run + 2


def test_a_landing_that_cannot_be_read_is_reported(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("a.ndjson", [record("a")])
    folder.ingest(DAY)
    real = Path.exists

    def exists(path: Path) -> bool:
        if path.parent == folder.store.landing:
            raise PermissionError(13, "Permission denied")
        return real(path)

    close(monkeypatch, folder.store.landing)
    # Whether the logs are synthetic cannot be known either.
    monkeypatch.setattr(Path, "exists", exists)
    folder.tables(DAY)
    assert folder.counted() == {DAY: 1}
    assert folder.manifest.unreadable == ["."]
    assert "The folder landing cannot be read" in [check.detail.en for check in folder.warnings]


def test_a_check_names_a_landing_that_cannot_be_read(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.land("a.ndjson", [record("a")])
    close(monkeypatch, folder.store.landing)
    assert check_folder(folder.root) == 3
    assert "warning    landing cannot be read\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["landing", "registry", "sources"])
@pytest.mark.parametrize("is_link", [True, False])
def test_a_file_or_a_link_in_place_of_a_folder_is_refused(folder: DataFolder, name: str, *, is_link: bool) -> None:
    place = folder.root / name
    place.symlink_to("not-mounted") if is_link else place.write_bytes(b"")
    for command in (folder.open, partial(check_folder, folder.root)):
        with pytest.raises(UsageError) as refused:
            command()
        assert refused.value.where == str(place)
        assert ("link leads to no folder" if is_link else "belongs to a file") in refused.value.what


def test_a_folder_that_went_away_meanwhile_is_none(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("shut/a.ndjson", [record("a")])
    close(monkeypatch, folder.store.landing / "shut", error=FileNotFoundError)
    folder.ingest(DAY)
    assert folder.manifest.unreadable == []
