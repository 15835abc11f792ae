"""`authmeter accept`: a held file counts once a person says so."""

from __future__ import annotations

from datetime import date

from tests.published_folder import Call, authmeter
from tests.support import DataFolder, records


def test_a_held_file_is_a_warning_and_can_be_accepted(call: Call, own: DataFolder, yesterday: date) -> None:
    own.land(f"{yesterday}/shop.ndjson", records(10, yesterday, "rotated"))
    own.land("cut.ndjson.gz", b"\x1f\x8b\x08 cut")
    ended = authmeter("run", data=own.root)
    assert ended.code == 3
    assert "warning: damaged_files: 1 file " in ended.out
    assert "cut.ndjson.gz" in ended.out
    assert "warning: held_files: 1 file " in ended.out
    assert f"{yesterday}/shop.ndjson" in ended.out
    assert "authmeter accept" in ended.out
    assert own.counted()[yesterday] == 253
    ended = call("accept", f"{yesterday}/shop.ndjson", data=own.root)
    assert ended.code == 0
    assert f"accepted {yesterday}/shop.ndjson: 10 records" in ended.out
    own.tables(yesterday)
    assert own.counted()[yesterday] == 112


def test_only_a_held_file_can_be_accepted(call: Call, own: DataFolder) -> None:
    ended = call("accept", "more.csv", data=own.root)
    assert ended.code == 2
    assert "No held file has the path 'more.csv'" in ended.err
    assert f"where: {own.store.landing}" in ended.err
