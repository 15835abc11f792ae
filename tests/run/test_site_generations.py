"""The site is a link that is switched in one step; the generation before stays for its readers."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines.run.site_generations import (
    clear_generations,
    generation_folder,
    site_is_current,
    switch_site,
    unfinished_site,
)
from pipelines.store.manifest import Manifest
from tests.support import DataFolder, records


def switch(folder: DataFolder, run: int) -> None:
    fresh = unfinished_site(folder.store)
    (fresh / "index.html").write_text(f"run {run}")
    switch_site(folder.store, fresh, Manifest(run=run))


def generations(folder: DataFolder) -> set[Path]:
    return set(folder.store.site_generations.iterdir())


def generation(folder: DataFolder, run: int) -> Path:
    return generation_folder(folder.store, Manifest(run=run))


def test_the_site_is_a_link_to_the_generation_of_the_run(folder: DataFolder) -> None:
    assert not site_is_current(folder.store, Manifest(run=1))
    switch(folder, 1)
    assert folder.store.site.is_symlink()
    # A relative link: a folder that is moved or mounted elsewhere keeps its site.
    assert os.readlink(folder.store.site) == f".site/{generation(folder, 1).name}"
    assert site_is_current(folder.store, Manifest(run=1))
    assert not site_is_current(folder.store, Manifest(run=2))


def test_a_link_to_a_generation_that_is_gone_is_no_site(folder: DataFolder) -> None:
    # A copy of the data folder without `.site`, for example.
    switch(folder, 1)
    shutil.rmtree(folder.store.site_generations)
    assert not site_is_current(folder.store, Manifest(run=1))
    switch(folder, 1)
    assert site_is_current(folder.store, Manifest(run=1))


def test_the_previous_generation_is_kept_and_the_one_before_it_goes(folder: DataFolder) -> None:
    for run in (1, 2, 5):
        switch(folder, run)
    assert generations(folder) == {generation(folder, 1), generation(folder, 2), generation(folder, 5)}
    for run, minutes in ((1, 30), (2, 20)):
        os.utime(generation(folder, run), (time.time() - 60 * minutes,) * 2)
    clear_generations(folder.store)
    assert generations(folder) == {generation(folder, 2), generation(folder, 5)}
    assert (folder.store.site / "index.html").read_text() == "run 5"


def test_what_was_replaced_a_short_while_ago_stays(folder: DataFolder) -> None:
    switch(folder, 1)
    os.utime(generation(folder, 1), (0, 0))
    switch(folder, 2)
    switch(folder, 5)
    # The generation was made long ago, but was the current one until now.
    assert generation(folder, 1) in generations(folder)


def test_what_a_run_that_died_while_making_or_removing_left_is_removed(folder: DataFolder) -> None:
    switch(folder, 1)
    (folder.store.site_generations / ".gone-00000000-12345678").mkdir()
    (unfinished_site(folder.store) / "index.html").touch()
    clear_generations(folder.store)
    assert generations(folder) == {generation(folder, 1)}


def test_the_warehouse_may_be_on_another_file_system(folder: DataFolder) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == folder.root.stat().st_dev:
        pytest.skip("there is no second file system")
    with TemporaryDirectory(dir=memory) as warehouse:
        folder.store.warehouse.symlink_to(warehouse)
        folder.land("a.ndjson", records(3))
        folder.publish()
        assert folder.rows("SELECT sum(records) FROM outcome_daily") == [(3,)]
        assert (folder.store.site / "index.html").is_file()


def test_a_generation_that_a_reader_has_open_on_nfs_stays_until_a_later_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run in (1, 2):
        switch(folder, run)
    os.utime(generation(folder, 1), (0, 0))
    os.utime(generation(folder, 2), (1, 1))

    def busy(path: Path) -> None:
        raise OSError(errno.ENOTEMPTY, "Directory not empty", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", busy)
        switch(folder, 3)
        clear_generations(folder.store)
    assert site_is_current(folder.store, Manifest(run=3))
    clear_generations(folder.store)
    assert generations(folder) == {generation(folder, 2), generation(folder, 3)}


def test_the_link_is_never_absent(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(folder, 1)
    reader, seen = folder.store.site.resolve(), list[str]()
    real = os.replace

    def watched(source: object, target: object) -> None:
        real(source, target)  # type: ignore[call-overload]
        seen.append((folder.store.site / "index.html").read_text())

    monkeypatch.setattr(os, "replace", watched)
    switch(folder, 2)
    assert seen == ["run 1", "run 2"]
    # A reader in the old generation goes on reading.
    assert (reader / "index.html").read_text() == "run 1"


def test_a_site_that_is_no_link_is_moved_aside_every_time(folder: DataFolder) -> None:
    for run in (1, 2):
        folder.store.site.unlink(missing_ok=True)
        folder.store.site.mkdir()
        (folder.store.site / f"mine{run}.html").write_text("mine")
        switch(folder, run)
        assert (folder.store.site / "index.html").read_text() == f"run {run}"
    assert (folder.root / "site.before" / "mine1.html").read_text() == "mine"
    assert sorted(path.name for path in folder.root.rglob("mine*.html")) == ["mine1.html", "mine2.html"]


def test_a_leftover_of_a_dead_switch_is_no_hindrance(folder: DataFolder) -> None:
    switch(folder, 1)
    (folder.root / ".site.new").symlink_to("nowhere")
    target = generation(folder, 2)
    target.mkdir()
    (target / "half.html").write_text("half")
    switch(folder, 2)
    assert [path.name for path in Path(folder.store.site).iterdir()] == ["index.html"]


def test_another_time_of_the_same_run_is_another_generation(folder: DataFolder) -> None:
    # Runs are numbered from 1 again after the warehouse of a data folder was removed.
    one, other = (
        Manifest(run=1, generated_at="2026-03-11T02:30:00+08:00"),
        Manifest(run=1, generated_at="2026-03-12T02:30:00+08:00"),
    )
    assert generation_folder(folder.store, one) != generation_folder(folder.store, other)
