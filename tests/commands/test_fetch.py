"""`authmeter fetch`, and the messages of a run about the buckets that it fetches from and copies its site to."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from pipelines.buckets.ledger import Ledger
from tests.published_folder import Call
from tests.support import DataFolder, lines, records, tree


@pytest.fixture
def bucket(tmp_path: Path, own: DataFolder, yesterday: date) -> Path:
    """Return a bucket with one log. The settings of the published folder `own` fetch from it."""
    folder = tmp_path / "bucket"
    folder.mkdir()
    (folder / "more.ndjson").write_bytes(lines(records(3, yesterday, "more")))
    own.write("authmeter.toml", f'[[fetch]]\nurl = "file://{folder}"\ninto = "bucket"\n')
    return folder


def test_a_run_reads_what_it_fetches_and_copies_site_and_tables_once_it_can(
    call: Call, own: DataFolder, bucket: Path
) -> None:
    site, tables = bucket.with_name("site-copy"), bucket.with_name("tables-copy")
    for target in (site, tables):
        target.write_text("a file, not a folder")
    publish = f'[publish]\nurl = "file://{site}"\ntables_url = "file://{tables}"\n'
    own.write("authmeter.toml", 'tables = ["parquet"]\n' + (own.root / "authmeter.toml").read_text() + publish)
    ended = call("run", data=own.root)
    assert ended.code == 3
    steps = [line.split()[0] for line in ended.out.splitlines()]
    assert (steps[0], steps[1]) == ("fetch", "ingest")
    assert "1 object" in ended.out
    assert own.rows("SELECT accepted FROM input_files WHERE path = 'bucket/more.ndjson'") == [(3,)]
    assert f"warning: publish: file://{site}: " in ended.out
    assert f"file://{tables}: " in ended.out
    assert call("status", data=own.root).code == 3
    for target in (site, tables):
        target.unlink()
    ended = call("run", data=own.root)
    assert (ended.code, call("status", data=own.root).code) == (0, 0)
    assert "fetch      nothing new" in ended.out
    published = tree(own.store.site)
    of_tables = {path.removeprefix("tables/"): digest for path, digest in published.items() if path[:7] == "tables/"}
    copied = tree(site)
    listed = {one["path"] for one in json.loads(copied.pop("manifest.json"))["files"]}
    assert listed == copied.keys()
    assert copied == {path: digest for path, digest in published.items() if path in listed}
    assert published.keys() - listed == {"manifest.json", *(f"tables/{path}" for path in of_tables)}
    withheld = {path for path in of_tables if path.startswith(("rejected_records/", "repeat_top/"))}
    assert {path.partition("/")[0] for path in withheld} == {"rejected_records", "repeat_top"}
    assert tree(tables) == {path: digest for path, digest in of_tables.items() if path not in withheld}
    ended = call("run", data=own.root)
    assert ended.code == 0
    assert "publish    nothing new" in ended.out


def test_a_bucket_that_is_away_is_a_warning_until_it_is_back(
    call: Call, own: DataFolder, bucket: Path, yesterday: date
) -> None:
    away = bucket.rename(bucket.with_name("away"))
    own.land("there.ndjson", records(2, yesterday, "there"))
    for command in ("run", "fetch", "status"):
        ended = call(command, data=own.root)
        assert ended.code == 3
        assert f"file://{bucket}: the folder does not exist" in ended.out
        assert ("fetch      no object fetched" in ended.out) == (command != "status")
    # The run went on with the files of landing.
    assert own.rows("SELECT accepted FROM input_files WHERE path = 'there.ndjson'") == [(2,)]
    status = json.loads(call("status", "--json", data=own.root).out)
    assert [(one["check"], one["detail_zh"]) for one in status["warnings"]] == [
        ("fetch", f"file://{bucket}：没有这个文件夹")
    ]
    away.rename(bucket)
    assert call("fetch", data=own.root).code == 0
    assert call("status", data=own.root).code == 0


@pytest.mark.parametrize(("command", "method"), [("fetch", "add_fetched"), ("run", "note_copied")])
def test_a_full_disk_is_not_taken_for_a_damaged_ledger(
    call: Call, own: DataFolder, bucket: Path, monkeypatch: pytest.MonkeyPatch, command: str, method: str
) -> None:
    is_copy = method == "note_copied"
    site, fetched = bucket.with_name("site-copy"), own.store.landing / "bucket" / "more.ndjson"
    if is_copy:
        own.write("authmeter.toml", f'[publish]\nurl = "file://{site}"\n')

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, method, full)
        ended = call(command, data=own.root)
    assert ended.code == 1
    assert "The disk is full." in ended.err
    assert "damaged" not in ended.out + ended.err
    assert call("run" if is_copy else "fetch", data=own.root).code == 0
    assert (site / "index.html" if is_copy else fetched).is_file()


def test_a_damaged_ledger_is_a_warning_that_says_what_to_do_and_one_in_use_is_not_damaged(
    call: Call, own: DataFolder, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "add_fetched", locked)
        ended = call("fetch", data=own.root)
    assert ended.code == 3
    assert f"file://{bucket}: warehouse/buckets.sqlite cannot be read or written now" in ended.out
    ledger = own.store.warehouse / "buckets.sqlite"
    ledger.write_bytes(b"no database" * 1000)
    ended = call("fetch", data=own.root)
    assert ended.code == 3
    assert f"file://{bucket}: warehouse/buckets.sqlite is damaged: remove it" in ended.out
    ledger.unlink()
    assert call("fetch", data=own.root).code == 0
    assert (own.store.landing / "bucket" / "more.ndjson").is_file()


def test_a_site_is_not_copied_into_its_own_data_folder(call: Call, own: DataFolder) -> None:
    before = tree(own.store.landing)
    own.write("authmeter.toml", f'[publish]\nurl = "file://{own.store.landing}/copy"\n')
    ended = call("run", data=own.root)
    assert ended.code == 3
    assert "it is the data folder's own landing" in ended.out
    assert tree(own.store.landing) == before


def test_a_secret_in_an_address_is_refused_and_not_printed(call: Call, own: DataFolder) -> None:
    own.write("authmeter.toml", '[[fetch]]\nurl = "s3://key:hunter2@logs"\ninto = "in"\n')
    for command in ("run", "fetch", "check"):
        ended = call(command, data=own.root)
        assert ended.code == 2
        assert "must have no user and no password" in ended.out + ended.err
        assert "hunter2" not in ended.out + ended.err


def test_without_a_bucket_there_is_nothing_to_fetch(call: Call, own: DataFolder) -> None:
    ended = call("fetch", data=own.root)
    assert ended.code == 2
    assert "[[fetch]]" in ended.err


def test_an_object_that_is_replaced_is_held_where_a_closed_day_would_lose_records(
    call: Call, own: DataFolder, bucket: Path, yesterday: date
) -> None:
    for count in (3, 1):
        (bucket / "more.ndjson").write_bytes(lines(records(count, yesterday, "more")))
        assert call("fetch", data=own.root).code == 0
        own.roll_up(yesterday)
    assert own.statuses("bucket/more.ndjson") == ["read", "held"]
    assert own.counted()[yesterday] == 256
