"""`authmeter verify` reports stored tables that are not as they were written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Call
from tests.support import DAY, CopyOf, DataFolder, days_before, records, tree


def test_verify_says_that_all_is_as_written_only_where_it_is_and_leaves_nothing_behind(
    call: Call, own: DataFolder, tmp_path: Path, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, temp = tree(own.root), tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    ended = call("verify", yesterday, data=own.root)
    assert ended.code == 0
    assert "match what was written" in ended.out
    assert (tree(own.root), list(temp.iterdir())) == (before, [])
    file = next(own.store.warehouse.glob("days/*/*/channel_daily.parquet"))
    file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2"))
    ended = call("verify", data=own.root)
    assert ended.code == 1
    assert "differs" in ended.out
    assert "match what was written" not in ended.out


OLD = days_before(DAY, 61)


def a_day_without_events(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\n")
    folder.land("a.ndjson", records(1, OLD))
    folder.roll_up(days_before(DAY, 1))
    folder.land("b.ndjson", records(1))
    folder.tables()


def test_damaged_tables_of_a_day_without_events_come_from_the_backup_only(call: Call, copy_of: CopyOf) -> None:
    folder = copy_of(a_day_without_events)
    file = folder.store.day_table(folder.manifest.days[OLD], "channel_daily")
    file.write_bytes(file.read_bytes()[:50])
    said = call("verify", data=folder.root).out
    lost = [line for line in said.splitlines() if line.startswith("differs       tables of")]
    assert "or, if its events are no longer stored, restore it from the backup." in " ".join(said.split())
    shutil.rmtree(file.parent)
    # A day with events needs no backup.
    shutil.rmtree(folder.store.day_folder(folder.manifest.days[DAY]))
    *of_old, of_day = [
        line for line in call("verify", data=folder.root).out.splitlines() if line.startswith("differs       tables of")
    ]
    assert [line.endswith(": its events are no longer stored") for line in (*lost, *of_old)] == [True, True]
    assert of_day.endswith(f"tables of {DAY}: {folder.manifest.days[DAY].folder} is missing")


def test_verify_of_another_time_zone_says_what_a_run_would_say(call: Call, own: DataFolder) -> None:
    own.write("authmeter.toml", 'timezone = "UTC"\n')
    ended = call("verify", data=own.root)
    assert ended.code == 2
    assert "The business time zone was Asia/Shanghai and is now UTC." in ended.err


def test_a_verify_that_is_stopped_leaves_nothing_behind(own: DataFolder, tmp_path: Path) -> None:
    before, temp = tree(own.root), tmp_path / "temp"
    temp.mkdir()
    command = [sys.executable, "-m", "pipelines", "verify", "--data", str(own.root)]
    environment = {**os.environ, "TMPDIR": str(temp)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not (own.store.temp / "verify").is_dir():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        said = process.stderr.read()
    assert process.returncode != 0
    assert "Traceback" not in said
    assert not own.store.temp.exists()
    assert (tree(own.root), list(temp.iterdir())) == (before, [])
