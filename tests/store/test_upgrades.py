"""Stores of versions 1 and 2 have a JSON file as manifest. An upgrade loses no data, even if it is killed, and an
unreadable manifest is refused with an error message.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest
from pipelines.store.store import Store
from tests.older_store import make_older, write_older
from tests.support import DAY, DataFolder, days_before, records, tree

BEFORE = date(2026, 3, 9)
# A manifest of version 2, without the books of all files but one.
VERSION_2 = """
{"schema_version": 2, "key_fingerprint": "be400587-71e2-4dfa-e4ee-0f34061dc9c3", "time_zone": "Asia/Shanghai",
 "run": 2, "generated_at": "2026-03-11T02:30:00+08:00", "as_of": "2026-03-10", "closed_before": null, "files": [
  {"path": "a.ndjson", "sha256": "bf6c", "bytes": 1740, "stamp": "1740:1795660891228087520:11674790",
   "source": "canonical", "mapping": "0ce4802c6b8465ea", "status": "read",
   "first_read_at": "2026-03-10T18:30:00+00:00", "closed_through": null, "part": "1da938f2e29d993eb92dc380",
   "part_digest": "bde662ca1c6b8968", "finding": null, "is_gone": false, "records_read": 11, "accepted": 10,
   "rejected": 1, "skipped": 0, "nulled": {"latency_ms": 1},
   "days": {"2026-03-09": {"accepted": 4, "late": 0}, "2026-03-10": {"accepted": 6, "late": 2}},
   "run_day": "2026-03-10", "earlier_parts": ["9fff125f063e5f69de390e4e"]}],
 "days": {"2026-03-09": {"folder": "2026-03-09/00000002", "content": "6412c8de340d986e",
   "fingerprint": "b8e20ea49c079d24", "parts": ["1da938f2e29d993eb92dc380"], "accepted": 7, "counted": 7,
   "unmapped": 0}},
 "platforms": {"shop": "ios"}, "unreadable": ["shut"], "restatements": ["00000002.parquet"],
 "inputs": "72874964fcb71f87", "events_from": "2026-01-01", "days_from": null}
"""
# A manifest of version 1, which had fewer fields.
VERSION_1 = """
{"key_fingerprint": "be40", "time_zone": "Asia/Shanghai", "run": 1, "generated_at": "2026-03-11T02:30:00+08:00",
 "as_of": "2026-03-10", "files": [{"path": "a.ndjson", "sha256": "bf6c", "bytes": 7, "stamp": "7:1:1",
   "source": "canonical", "status": "damaged", "first_read_at": "2026-03-10T18:30:00+00:00", "closed_through": null}],
 "days": {"2026-03-09": {"folder": "2026-03-09/00000001", "fingerprint": "b8e2", "parts": [], "accepted": 7,
   "counted": 7, "unmapped": 0}},
 "platforms": {}, "restatements": [], "inputs": "7287"}
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "data")
    store.warehouse.mkdir(parents=True)
    return store


def test_all_of_version_2_is_there(store: Store) -> None:
    (store.warehouse / "manifest.json").write_text(VERSION_2)
    upgraded = Manifest(
        key_fingerprint="be400587-71e2-4dfa-e4ee-0f34061dc9c3", time_zone="Asia/Shanghai", run=2,
        generated_at="2026-03-11T02:30:00+08:00", as_of=DAY, inputs="72874964fcb71f87", events_from=date(2026, 1, 1),
        files=[
            FileEntry(
                path="a.ndjson", sha256="bf6c", bytes=1740, stamp="1740:1795660891228087520:11674790",
                source="canonical", mapping="0ce4802c6b8465ea", status="read",
                first_read_at="2026-03-10T18:30:00+00:00", closed_through=None, part="1da938f2e29d993eb92dc380",
                part_digest="bde662ca1c6b8968", records_read=11, accepted=10, rejected=1, nulled={"latency_ms": 1},
                days={BEFORE: DayRows(4), DAY: DayRows(6, 2)}, run_day=DAY,
                earlier_parts=["9fff125f063e5f69de390e4e"],
            )
        ],
        days={
            BEFORE: DayEntry("2026-03-09/00000002", "6412c8de340d986e", "b8e20ea49c079d24",
                             ["1da938f2e29d993eb92dc380"], 7, 7, 0)
        },
        platforms={"shop": "ios"}, unreadable=["shut"], restatements=["00000002.parquet"],
    )  # fmt: skip
    assert store.read_manifest() == upgraded
    assert (store.read_state().run, store.read_state().events_from) == (2, date(2026, 1, 1))
    store.commit(store.read_manifest())
    assert store.read_manifest() == upgraded


def test_a_store_of_version_1_is_read(store: Store) -> None:
    (store.warehouse / "manifest.json").write_text(VERSION_1)
    tables = store.warehouse / "days" / "2026-03-09" / "00000001"
    tables.mkdir(parents=True)
    manifest = store.read_manifest()
    assert (manifest.files[0].status, manifest.files[0].mapping, manifest.as_of) == ("damaged", "", DAY)
    assert len(manifest.days[BEFORE].content) == 16
    tables.rmdir()
    assert store.read_manifest().days == {}


def test_who_reads_an_older_store_upgrades_nothing(store: Store) -> None:
    (store.warehouse / "manifest.json").write_text(VERSION_2)
    before = tree(store.data)
    store.read_manifest()
    store.read_state()
    assert store.catalogue_faults() == []
    assert tree(store.data) == before


def test_an_older_authmeter_reads_that_the_store_is_a_newer_one(store: Store) -> None:
    for before in (VERSION_2, None):
        if before:
            (store.warehouse / "manifest.json").write_text(before)
        else:
            (store.warehouse / "manifest.json").unlink()
            store.catalogue.file.unlink()
        store.commit(Manifest(run=3))
        assert json.loads((store.warehouse / "manifest.json").read_bytes())["schema_version"] > 2


def test_without_the_signpost_the_catalogue_counts(store: Store) -> None:
    store.commit(Manifest(run=3))
    (store.warehouse / "manifest.json").unlink()
    assert store.read_manifest().run == 3
    store.commit(store.read_manifest())
    assert (store.warehouse / "manifest.json").exists()


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_an_upgrade_that_dies_leaves_the_older_store(
    store: Store, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.warehouse / "manifest.json").write_text(VERSION_2)
    manifest = store.read_manifest()
    steps = 0

    def watch(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == dies_at:
                raise OSError("killed")
            return real(*given)

        return call

    with monkeypatch.context() as patched:
        for name in ("fsync", "replace"):
            patched.setattr(os, name, watch(getattr(os, name)))
        with pytest.raises(OSError, match="killed"):
            store.commit(manifest)
    # The sixth step is the folder, after the signpost took its place.
    if dies_at < 6:
        assert (store.warehouse / "manifest.json").read_text() == VERSION_2
        # An older authmeter went on with it.
        raw = json.loads(VERSION_2) | {"run": 9}
        write_older(store, raw)
        manifest.run = 9
    assert store.read_manifest() == manifest
    store.commit(store.read_manifest())
    assert store.read_manifest() == manifest
    assert len(list(store.warehouse.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b'{"run": "many"}', "cannot be read"),
        (b'{"schema_version": 2, "files": {"path": 1}}', "cannot be read"),
        (b'{"schema_version": 1, "days": {"2026-03-09": {}}}', "it lacks 'folder'"),
        (b'{"schema_version": 99, "files": "of another kind"}', "newer authmeter"),
        (b'{"schema_version": 99, "catalogue": "catalogue.sqlite"}', "newer authmeter"),
    ],
)
@pytest.mark.parametrize("is_beside_a_catalogue", [False, True])
def test_what_cannot_be_read_is_refused(store: Store, content: bytes, found: str, is_beside_a_catalogue: bool) -> None:
    if is_beside_a_catalogue:
        store.commit(Manifest(run=3))
    (store.warehouse / "manifest.json").write_bytes(content)
    for ask in (store.read_manifest, store.read_state):
        with pytest.raises(AuthmeterError, match=found) as refused:
            ask()
        assert refused.value.where.endswith("manifest.json")


def test_a_run_upgrades_the_store_and_publishes_nothing_new(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*records(4, days_before(DAY, 1)), *records(5)])
    folder.publish()
    before, site, raw = folder.manifest, tree(folder.store.site), make_older(folder.store)
    assert folder.manifest == before
    folder.publish()
    assert folder.manifest == before
    assert tree(folder.store.site) == site
    assert folder.store.catalogue.file.exists()
    assert (folder.store.warehouse / "manifest.json").read_text() != json.dumps(raw, indent=1)
