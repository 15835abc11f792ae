"""The manifest is the store's only commit. Folders that no manifest names are removed, and no others."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from pipelines.common.files import durable
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store
from tests.support import DAY, DataFolder, days_before, records


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def test_a_new_folder_has_an_empty_manifest(store: Store) -> None:
    assert store.read_manifest() == Manifest()
    assert not store.warehouse.exists()


def test_what_is_committed_is_read_back(store: Store) -> None:
    manifest = Manifest(run=3, as_of=DAY, platforms={"shop": "ios"})
    store.commit(manifest)
    assert store.read_manifest() == manifest


def test_a_folder_in_place_of_the_catalogue_is_reported_as_a_folder(store: Store) -> None:
    store.catalogue.file.mkdir(parents=True)
    with pytest.raises(IsADirectoryError) as raised:
        store.read_manifest()
    assert raised.value.filename == str(store.catalogue.file)


def test_a_first_commit_that_dies_leaves_an_empty_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise OSError("no space left")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, step, dies)
            with pytest.raises(OSError, match="no space left"):
                store.commit(Manifest(run=1))
        assert store.read_manifest() == Manifest()
    store.commit(Manifest(run=1))
    assert store.read_manifest().run == 1


def test_the_bytes_are_on_disk_before_the_name_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.warehouse.mkdir(parents=True, exist_ok=True)
    steps: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (steps.append(name), real(*given))[1])
    store.commit(Manifest(run=1))
    # The catalogue, then the signpost; how a later commit reaches the disk is SQLite's matter.
    assert steps == ["fsync", "replace", "fsync"] * 2


def test_a_folder_takes_its_place_whole(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.parquet").write_text(name)
    durable.place_folder(tmp_path / "one", tmp_path / "events" / "part")
    durable.place_folder(tmp_path / "two", tmp_path / "events" / "part")
    assert [file.name for file in (tmp_path / "events" / "part").iterdir()] == ["two.parquet"]
    assert not (tmp_path / "two").exists()


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_what_dead_runs_left_is_cleared_and_all_that_counts_stays(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(5))
    folder.roll_up()
    folder.land("b.ndjson", records(5, prefix="b"))
    folder.roll_up()
    counts = tree(folder.store.warehouse)
    for left in ("tmp/part/events.parquet", "events/0123/events.parquet", f"days/{DAY}/99999999/channel_daily.parquet",
                 "days/2001-01-01/00000001/channel_daily.parquet", "restatements/99999999.parquet"):  # fmt: skip
        (folder.store.warehouse / left).parent.mkdir(parents=True, exist_ok=True)
        (folder.store.warehouse / left).write_text("left behind")
    folder.store.clear_unfinished(folder.manifest)
    # The tables of the run before, which nothing names any more, go as well.
    assert tree(folder.store.warehouse) == {name for name in counts if f"days/{DAY}/00000001" not in name}
    assert any(f"days/{DAY}/00000002" in name for name in counts)


@pytest.mark.parametrize(("number", "is_in_use"), [(errno.EBUSY, True), (errno.EACCES, False)])
def test_a_leftover_that_is_in_use_hinders_no_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, number: int, *, is_in_use: bool
) -> None:
    folder.land("a.ndjson", records(5))
    folder.roll_up()
    left = folder.store.warehouse / "events" / ".nfs0000000000a1b2c3"
    left.write_bytes(b"")
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path == left:
            raise OSError(number, os.strerror(number), str(path))
        real(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with nullcontext() if is_in_use else pytest.raises(PermissionError):
        folder.store.clear_unfinished(folder.manifest)
    monkeypatch.undo()
    folder.store.clear_unfinished(folder.manifest)
    assert not left.exists()


def test_a_run_that_dies_before_its_commit_changes_nothing_that_counts(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.land("a.ndjson", records(5))
    folder.roll_up()
    before = folder.manifest
    folder.land("b.ndjson", records(5, prefix="b"))
    folder.land("c.ndjson", records(5, days_before(DAY, 1), prefix="c"))
    with monkeypatch.context() as patched:
        patched.setattr(Store, "commit", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            folder.ingest()
    assert folder.manifest == before
    folder.roll_up()
    assert folder.counted() == {DAY: 10, days_before(DAY, 1): 5}
