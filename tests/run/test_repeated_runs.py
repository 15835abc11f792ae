"""The same input gives the same site: with nothing new, in another order, in an empty folder, in a moved one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.run import daily_run
from pipelines.store.catalogue import Catalogue
from tests.support import DAY, DataFolder, days_before, morning_after, records, tree

BEFORE = days_before(DAY, 1)


def test_a_run_with_nothing_new_leaves_everything_untouched_and_another_order_gives_the_same_site(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []
    real = Catalogue.read
    monkeypatch.setattr(Catalogue, "read", lambda catalogue: (readings.append(1), real(catalogue))[1])
    files = {"a.ndjson": records(3), "z.ndjson": records(3, BEFORE, app_key="game", channel="qq")}
    for name, rows in files.items():
        folder.land(name, rows)
    folder.publish()
    site, database, manifest = tree(folder.store.site), folder.store.database.stat(), folder.manifest
    # A generation is named after the version in its pages.
    version = folder.store.site.resolve().name.partition("-")[2]
    assert f"?v={version}".encode() in site["index.html"]
    assert not folder.store.temp.exists()
    readings.clear()
    folder.publish(now=morning_after(DAY) + timedelta(hours=5))
    assert len(readings) == 1
    assert tree(folder.store.site) == site
    assert folder.store.database.stat() == database
    assert folder.manifest == manifest
    folder.land("b.ndjson", records(2, prefix="b"))
    readings.clear()
    folder.roll_up(now=morning_after(DAY) + timedelta(hours=5))
    assert len(readings) == 1
    assert folder.counted() == {BEFORE: 3, DAY: 5}
    other = DataFolder(tmp_path / "other")
    for name, rows in reversed(files.items()):
        other.land(name, rows)
    other.publish()
    assert tree(other.store.site) == site


def test_what_another_process_committed_since_is_read(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    run = folder.open()
    assert folder.roll_up().records == 3
    assert run.ingest(DAY).read == []
    assert run.manifest == folder.manifest


def test_a_step_that_fails_leaves_nothing_behind_in_memory(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("a.ndjson", records(3))
    run = folder.open()
    run.ingest(DAY)
    before = folder.manifest
    with monkeypatch.context() as patched:
        patched.setattr(daily_run, "publish", lambda *_: (_ for _ in ()).throw(AuthmeterError("It broke.")))
        with pytest.raises(AuthmeterError, match="It broke"):
            run.roll_up(DAY)
    assert run.manifest == before == folder.manifest
    assert before.days == {}


def test_the_first_run_of_an_empty_folder_publishes_no_day(folder: DataFolder) -> None:
    folder.tables()
    assert folder.rows("SELECT count(*) FROM day_quality") == [(0,)]
    assert folder.rows("SELECT as_of FROM publication") == [(DAY,)]


def test_a_folder_that_was_moved_goes_on_where_it_was(folder: DataFolder, tmp_path: Path) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    moved = DataFolder(folder.root.rename(tmp_path / "moved"))
    moved.land("b.ndjson", records(2, prefix="b"))
    moved.roll_up()
    assert (moved.counted(), moved.manifest.run) == ({DAY: 5}, 2)
