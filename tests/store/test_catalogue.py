"""A manifest committed to the catalogue is read back with every change, and a commit writes only the changed rows. A
catalogue that is damaged, of a newer version, lost or locked is refused with an error message.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.common.project import PROJECT
from pipelines.store import catalogue
from pipelines.store.manifest import (
    SCHEMA_VERSION,
    Archive,
    ArchiveMember,
    DayEntry,
    DayRows,
    FileEntry,
    Manifest,
    State,
    UnreadFile,
)
from pipelines.store.store import Store
from tests.support import DAY, days_before, tree

BEFORE = days_before(DAY, 1)


def file(path: str, sha256: str = "a", **changes: Any) -> FileEntry:
    """Return an entry with a value in each field."""
    given: dict[str, Any] = {
        "path": path, "sha256": sha256, "bytes": 10, "stamp": "10:1:1", "source": "canonical", "mapping": "m",
        "status": "read", "first_read_at": "2026-03-10T18:30:00+00:00", "closed_through": BEFORE, "part": "p",
        "place": 3, "part_digest": "d", "finding": "f", "is_gone": True, "records_read": 9, "accepted": 5,
        "rejected": 4, "skipped": 2, "nulled": {"latency_ms": 1, "phone": 2},
        "days": {BEFORE: DayRows(2, 1), DAY: DayRows(3)}, "run_day": DAY, "earlier_parts": ["q", "p"],
        "mapping_faults": ["where", "column x"],
    }  # fmt: skip
    return FileEntry(**given | changes)


def full(files: int = 3) -> Manifest:
    """Return a manifest with a value in each field."""
    return Manifest(
        key_fingerprint="k", time_zone="Asia/Shanghai", run=7, generated_at="2026-03-11T02:30:00+08:00", as_of=DAY,
        closed_before=BEFORE, inputs="i", events_from=BEFORE, days_from=BEFORE, session_minutes=10,
        files=[file(f"{number:06d}.ndjson") for number in range(files)],
        days={day: DayEntry(f"{day}/00000001", "c", "f", ["p", "q", "q"], 5, 4, 1) for day in (BEFORE, DAY)},
        platforms={"shop": "ios", "game": "h5"}, unreadable=["shut"], idle_sources=["gateway"],
        declared_channels=["apple"],
        archives={
            "a.zip": Archive("9:1:1", (ArchiveMember("x/a.log", 3, 7, "s"), ArchiveMember("b", 4, 8, "t", "refused"))),
            "b.tar": Archive("9:2:2", (ArchiveMember("a.log", 5, 512, "u"),)),
        },
        unread_files={"a.xlsx": UnreadFile("a", 4, "4:1:1", "t1"), "b.zip": UnreadFile("b", 5, "5:1:1", "t2")},
        restatements=["00000002.parquet"], restated_sessions=[DAY], final_late={BEFORE: 2},
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store whose manifest is `full()`."""
    store = Store(tmp_path / "data")
    store.commit(full())
    return store


# ---- a committed manifest is read back


def test_all_of_a_manifest_is_read_back(store: Store) -> None:
    manifest = full()
    for holder in (manifest, manifest.files[0], manifest.days[DAY]):
        empty = [one.name for one in fields(holder) if not getattr(holder, one.name)]
        assert set(empty) <= {"as_read"}, "a field that is empty proves nothing"
    assert store.read_manifest() == manifest


def other(value: Any) -> Any:
    """Return another value of the same type. A collection gets one more element."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return {"read": "held"}.get(value, f"{value}{value}")
        case date():
            return days_before(value, 400)
        case list():
            return [other(value[0]) if isinstance(value[0], date) else f"0{value[0]}", *value]
        case dict():
            (first, *_) = value
            return {**value, first: other(value[first]), other(first): value[first]}
        case tuple() if not hasattr(value, "_fields"):
            return (*map(other, value), value[0])
        case tuple():
            return type(value)(*map(other, value))
    return deepcopy(value)


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        *(
            (lambda manifest: manifest, one.name)
            for one in fields(Manifest)
            if one.name not in ("files", "days", "as_read")
        ),
        *((lambda manifest: manifest.files[2], one.name) for one in fields(FileEntry)),
        *((lambda manifest: manifest.days[DAY], one.name) for one in fields(DayEntry)),
    ],
)
def test_whatever_changed_is_committed(store: Store, holder: Callable[[Manifest], Any], name: str) -> None:
    manifest = store.read_manifest()
    held = holder(manifest)
    setattr(held, name, other(getattr(held, name)))
    assert manifest != full()
    store.commit(manifest)
    assert store.read_manifest() == manifest
    state = store.read_state()
    assert vars(state) == {one.name: getattr(manifest, one.name) for one in fields(State)}


def test_a_catalogue_without_the_tables_that_came_later_is_read_and_written(store: Store) -> None:
    store.commit(full())
    with closing(sqlite3.connect(store.catalogue.file)) as connection:
        connection.execute("DROP TABLE file_mapping_faults")
        connection.execute("DROP TABLE idle_sources")
        connection.execute("DROP TABLE unread_files")
    manifest = store.read_manifest()
    assert (manifest.idle_sources, manifest.files[0].mapping_faults, manifest.unread_files) == ([], [], {})
    manifest.idle_sources, manifest.unread_files = ["gateway"], full().unread_files
    store.commit(manifest)
    assert store.read_manifest() == manifest


def test_contents_of_a_path_stand_in_the_order_of_their_coming(store: Store) -> None:
    manifest = store.read_manifest()
    first, second, third = file("x", "1"), file("x", "2", days={}), file("x", "3", nulled={}, earlier_parts=[])
    for contents in ([first], [first, second], [first, second, third], [second, first], [third, first, second], []):
        manifest.files = [*full().files, *contents]
        store.commit(manifest)
        assert store.read_manifest() == manifest


def test_the_last_file_and_the_last_day_go(store: Store) -> None:
    store.commit(Manifest())
    assert store.read_manifest() == Manifest()
    store.commit(full())
    assert store.read_manifest() == full()


def test_no_content_is_there_twice(store: Store) -> None:
    manifest = store.read_manifest()
    manifest.files.append(deepcopy(manifest.files[0]))
    with pytest.raises(ValueError, match=r"000000\.ndjson"):
        store.commit(manifest)


# ---- a commit writes only changed rows


class Counting(sqlite3.Connection):
    """A connection that records the number of rows that it changed."""

    changed: list[int]

    def close(self) -> None:
        self.changed.append(self.total_changes)
        super().close()


def rows_written(monkeypatch: pytest.MonkeyPatch, commit: Callable[[], None]) -> int:
    """Return how many rows a commit writes, by SQLite's own count, except the row with the number of the commit."""
    real, changed = sqlite3.connect, list[int]()
    counting = type("Watched", (Counting,), {"changed": changed})
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", lambda *given, **named: real(*given, **named, factory=counting))
        commit()
    return max(sum(changed) - 1, 0)


def _late(manifest: Manifest) -> None:
    manifest.files[50].days[DAY] = DayRows(3, 3)


def _read(manifest: Manifest) -> None:
    manifest.files.insert(
        50, file("000049b.ndjson", days={DAY: DayRows(1)}, nulled={}, earlier_parts=[], mapping_faults=[])
    )


def _gone(manifest: Manifest) -> None:
    del manifest.files[50]


def _trimmed(manifest: Manifest) -> None:
    for entry in manifest.files[:10]:
        entry.days = {DAY: entry.days[DAY]}


def _rolled_up(manifest: Manifest) -> None:
    manifest.days[DAY].parts.append("z")
    manifest.days[DAY].accepted = 6
    manifest.run = 8


@pytest.mark.parametrize(
    ("change", "rows"),
    [(lambda manifest: None, 0), (_late, 1), (_read, 2), (_gone, 9), (_trimmed, 10), (_rolled_up, 3)],
)
def test_a_commit_writes_the_rows_that_changed(
    store: Store, change: Callable[[Manifest], None], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.commit(full(100))
    manifest = store.read_manifest()
    change(manifest)
    assert rows_written(monkeypatch, lambda: store.commit(manifest)) == rows
    assert rows_written(monkeypatch, lambda: store.commit(manifest)) == 0
    assert store.read_manifest() == manifest


def test_a_commit_of_nothing_new_leaves_every_byte_as_it_was(store: Store) -> None:
    before = tree(store.warehouse), [path.stat().st_mtime_ns for path in store.warehouse.iterdir()]
    store.commit(store.read_manifest())
    store.commit(full())
    assert (tree(store.warehouse), [path.stat().st_mtime_ns for path in store.warehouse.iterdir()]) == before


def test_the_same_commits_give_the_same_bytes(store: Store, tmp_path: Path) -> None:
    twin = Store(tmp_path / "twin")
    twin.commit(full())
    for one in (store, twin):
        for change in (_read, _gone, _late, _trimmed, _rolled_up):
            one.commit(full(100))
            manifest = one.read_manifest()
            change(manifest)
            one.commit(manifest)
    assert tree(store.warehouse) == tree(twin.warehouse)


def test_what_retention_took_is_in_no_byte(store: Store) -> None:
    manifest = store.read_manifest()
    manifest.files.append(file("one-time-name.ndjson"))
    store.commit(manifest)
    assert b"one-time-name" in store.catalogue.file.read_bytes()
    del manifest.files[-1]
    store.commit(manifest)
    assert b"one-time-name" not in store.catalogue.file.read_bytes()


# ---- other processes


def test_a_manifest_that_is_no_more_the_newest_is_not_committed(store: Store) -> None:
    mine, other = store.read_manifest(), store.read_manifest()
    assert store.is_as_read(mine)
    other.run = 8
    store.commit(other)
    assert (store.is_as_read(mine), store.is_as_read(other)) == (False, True)
    mine.run = 9
    with pytest.raises(AuthmeterError, match="Another program changed the catalogue"):
        store.commit(mine)
    assert store.read_manifest() == other


COMMITS = """
import sys
from pathlib import Path
from pipelines.store.store import Store
store = Store(Path(sys.argv[1]))
manifest = store.read_manifest()
print("begins", flush=True)
for number in range(10, 40):
    manifest.run = number
    for entry in manifest.files:
        entry.records_read = number
    store.commit(manifest)
"""


def test_a_reader_sees_one_commit_or_the_next_while_another_process_commits(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    manifest = full(500)
    manifest.run = 9
    store.commit(manifest)
    seen = []
    with subprocess.Popen(
        [sys.executable, "-c", COMMITS, str(store.data)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begins\n"
        while process.poll() is None:
            manifest = store.read_manifest()
            assert {entry.records_read for entry in manifest.files} == {manifest.run}
            seen.append(manifest.run)
    assert process.returncode == 0
    assert len(set(seen)) > 3
    assert seen == sorted(seen)
    assert store.read_manifest().run == 39


def test_who_holds_the_catalogue_too_long_is_reported(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(store.catalogue.file, isolation_level=None)) as program:
        program.execute("BEGIN")
        program.execute("SELECT count(*) FROM files").fetchall()
        with pytest.raises(AuthmeterError, match="Another program has locked the catalogue"):
            store.commit(Manifest())
        # A program that reads does not keep others from reading.
        assert store.read_manifest() == full()
        program.execute("COMMIT")
        program.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AuthmeterError, match="Another program has locked the catalogue"):
            store.read_manifest()
    store.commit(Manifest())
    assert store.read_manifest() == Manifest()


# ---- a killed commit


def torn(store: Store, target: Path) -> Store:
    """Copy the data folder while a commit is half written, as a killed process leaves it, and return the copy's
    store.
    """
    copy = Store(target)
    with closing(sqlite3.connect(store.catalogue.file, isolation_level=None)) as program:
        program.execute("PRAGMA cache_size = 1")
        program.execute("BEGIN")
        program.execute("UPDATE files SET stamp = 'half written'")
        program.execute("UPDATE state SET value = 99 WHERE name = 'run'")
        shutil.copytree(store.data, copy.data)
        program.execute("ROLLBACK")
    assert b"half written" in copy.catalogue.file.read_bytes()
    assert copy.catalogue.file.with_name("catalogue.sqlite-journal").stat().st_size > 0
    return copy


def test_a_reader_sees_nothing_of_a_killed_commit_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    store.commit(full(500))
    killed = torn(store, tmp_path / "killed")
    before = tree(killed.data)
    assert killed.read_manifest() == full(500)
    assert killed.read_state().run == 7
    assert tree(killed.data) == before


@pytest.mark.parametrize("is_run", [False, True])
def test_who_writes_takes_a_killed_commit_back(store: Store, tmp_path: Path, is_run: bool) -> None:
    store.commit(full(500))
    killed = torn(store, tmp_path / "killed")
    manifest = killed.read_manifest()
    if is_run:
        killed.clear_unfinished(manifest)
        assert tree(killed.data) == tree(store.data)
    manifest.run = 8
    killed.commit(manifest)
    assert killed.read_manifest() == manifest
    assert sorted(path.name for path in killed.warehouse.iterdir()) == ["catalogue.sqlite", "manifest.json"]


def test_a_folder_that_may_not_be_written_is_read(store: Store) -> None:
    store.commit(full(500))
    # A superuser writes anywhere: the reader is somebody else then, whom no folder above keeps out.
    folder = Path("/tmp") / f"authmeter-read-only-{os.getpid()}"
    killed = torn(store, folder)
    try:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = tree(folder)
        reader = os.fork()
        if not reader:
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                is_kept_out = not os.access(killed.warehouse, os.W_OK)
                os._exit(0 if is_kept_out and killed.read_manifest() == full(500) and tree(folder) == before else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(folder)


def test_a_new_catalogue_is_not_taken_for_the_one_that_a_killed_commit_left(store: Store, tmp_path: Path) -> None:
    store.commit(full(500))
    killed = torn(store, tmp_path / "killed")
    # Its older manifest was put back, which counts.
    (killed.warehouse / "manifest.json").write_text('{"schema_version": 2, "run": 3}')
    manifest = killed.read_manifest()
    killed.commit(manifest)
    assert killed.read_manifest() == Manifest(run=3)
    assert killed.catalogue_faults() == []


# ---- unreadable catalogues


def test_a_newer_store_is_refused(store: Store) -> None:
    with closing(sqlite3.connect(store.catalogue.file)) as program:
        program.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for ask in (store.read_manifest, store.read_state, lambda: store.commit(Manifest())):
        with pytest.raises(AuthmeterError, match="newer authmeter") as refused:
            ask()
        assert refused.value.exit_code == 1


def _page_lost(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = bytes(4096)
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"{}" * 5000),
        lambda path: path.write_bytes(path.read_bytes()[:9000]),
        _page_lost,
        Path.unlink,
    ],
)
def test_a_damaged_or_lost_catalogue_is_no_empty_one(store: Store, damage: Callable[[Path], None]) -> None:
    damage(store.catalogue.file)
    left = tree(store.warehouse)
    for ask in (store.read_manifest, store.read_state, lambda: store.commit(Manifest())):
        with pytest.raises(AuthmeterError, match="The catalogue cannot be read") as refused:
            ask()
        assert "Restore the warehouse folder" in refused.value.do
    assert tree(store.warehouse) == left


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM files WHERE file = 1",
        "UPDATE days SET day = 'yesterday' WHERE day = '2026-03-10'",
        "DROP TABLE platforms",
        "UPDATE files SET source = CAST(x'ff' AS TEXT)",
        "DELETE FROM state WHERE name = 'commits'",
    ],
)
def test_rows_of_no_manifest_are_refused(store: Store, change: str) -> None:
    with closing(sqlite3.connect(store.catalogue.file, isolation_level=None)) as program:
        program.execute(change)
    with pytest.raises(AuthmeterError, match="The catalogue cannot be read"):
        store.read_manifest()
