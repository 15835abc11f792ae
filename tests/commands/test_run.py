"""`authmeter run`: the files that it publishes, the input that it refuses, and how it ends when it fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Call
from tests.support import DataFolder, lines, records, tree

# Packages that only a run with new input needs, or only a server.
HEAVY = {
    "alembic", "apprise", "babel", "dagster", "dagster_webserver", "jinja2", "numpy", "obstore", "pandas", "plotly",
    "polars", "pyarrow", "pypinyin", "sqlalchemy", "starlette", "uvicorn", "xlsxwriter",
}  # fmt: skip


def test_the_first_run_publishes_and_says_where(published: DataFolder, yesterday: date) -> None:
    assert published.rows("SELECT as_of, run FROM publication") == [(yesterday, 1)]
    assert published.rows("SELECT sum(records_accepted)::INTEGER, sum(duplicates)::INTEGER FROM day_quality") == [
        (755, 0)
    ]
    assert (published.store.site / "index.html").is_file()


def test_a_run_with_nothing_new_leaves_the_site_untouched_and_loads_no_heavy_library(
    call: Call, own: DataFolder, yesterday: date
) -> None:
    site, link, made = tree(own.store.site), os.readlink(own.store.site), own.store.database.stat().st_mtime_ns
    ended = call("run", data=own.root)
    assert ended.code == 0
    assert f"published as of {yesterday}: {own.store.site / 'index.html'}" in ended.out
    assert tree(own.store.site) == site
    assert (os.readlink(own.store.site), own.store.database.stat().st_mtime_ns) == (link, made)
    # The first run of a home has the job recorded, and a copy's files are looked at once more.
    script = "import atexit, sys, pipelines.cli as c; atexit.register(lambda: print('loaded', *sys.modules)); c.main()"
    command = [sys.executable, "-c", script, "run", "--data", str(own.root)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.partition("loaded ")[2].split()}
    assert "duckdb" in loaded
    assert HEAVY & loaded == set()


@pytest.mark.parametrize("damage", ["cut", "empty"])
def test_damaged_records_of_runs_are_named_and_can_be_removed(call: Call, own: DataFolder, damage: str) -> None:
    file = own.root / "dagster" / "history" / "runs.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 if damage == "cut" else 0])
    ended = call("run", data=own.root)
    assert (ended.code, "The records of runs cannot be used: " in ended.err) == (1, True)
    assert f"where: {own.root / 'dagster'}" in ended.err
    said = json.loads((own.root / "status.json").read_bytes())["last_run"]["error"]
    assert said["what"].startswith("The records of runs cannot be used: ")
    shutil.rmtree(own.root / "dagster")
    assert call("run", data=own.root).code == 0


def test_a_day_that_is_not_over_is_refused(call: Call, own: DataFolder, yesterday: date) -> None:
    ended = call("run", "--day", yesterday + timedelta(days=1), data=own.root)
    assert ended.code == 2
    assert f"{yesterday + timedelta(days=1)} is not over" in ended.err


def test_a_day_before_all_days_is_refused_and_no_failed_run(call: Call, own: DataFolder) -> None:
    ended = call("run", "--day", "1999-12-31", data=own.root)
    assert ended.code == 2
    assert "1999-12-31 is before 2000-01-01" in ended.err
    assert call("status", data=own.root).code == 0


def test_a_run_over_a_folder_without_any_log_warns_and_says_where_it_looked(call: Call, tmp_path: Path) -> None:
    ended = call("run", data=tmp_path / "typo")
    assert ended.code == 3
    assert "warning: day_is_there: no records arrived for" in ended.out
    assert f"no run has found a log in {tmp_path / 'typo' / 'landing'}" in ended.out
    # A folder of files that are left alone is not called empty.
    (tmp_path / "typo" / "landing" / "a.ndjson.part").write_bytes(lines(records(3)))
    ended = call("run", data=tmp_path / "typo")
    assert ended.code == 3
    assert "no run has found a log" not in ended.out
    assert "names that start with . or _ or end in .tmp, .part or .crc are ignored" in ended.out


def test_logs_in_the_wrong_folder_are_named(call: Call, folder: DataFolder) -> None:
    """The logs are next to `landing/`, or `landing/` itself is given as the data folder."""
    folder.write("auth.ndjson.gz", "x")
    folder.write("notes.txt", "x")
    folder.write("status.json", "{}")
    ended = call("check", data=folder.root)
    assert (
        f"no log in {folder.store.landing}, but the data folder contains auth.ndjson.gz: move it into landing/\n"
        in ended.out
    )
    folder.land("a.ndjson", records(3))
    ended = call("check", data=folder.store.landing)
    assert ended.code == 2
    assert f"Name the data folder with --data or AUTHMETER_DATA: {folder.root}\n" in ended.err


def test_another_hash_key_is_refused(call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tree(own.store.site)
    monkeypatch.setenv("AUTHMETER_HASH_KEY", "quite another key for this folder")
    ended = call("run", data=own.root)
    assert ended.code == 2
    assert "hash key differs from the key" in ended.err
    assert "quite another key" not in ended.err + ended.out
    assert tree(own.store.site) == site


def test_a_wrong_source_is_refused_by_place(call: Call, own: DataFolder) -> None:
    own.write("sources/x.toml", 'name = "x"\nfiles = ["*"]\n[fields]\ndevice = "a"\n')
    ended = call("run", data=own.root)
    assert ended.code == 2
    assert "x.toml" in ended.err


def test_a_failed_run_ends_with_1_and_the_last_good_report_stands(call: Call, own: DataFolder) -> None:
    site = tree(own.store.site)
    own.land("new.ndjson", records(5, prefix="new"))
    own.store.catalogue.file.write_text("{")
    ended = call("run", data=own.root)
    assert ended.code == 1
    assert "The catalogue cannot be read" in ended.err
    assert "what to do:" in ended.err
    assert tree(own.store.site) == site
    status = json.loads((own.root / "status.json").read_bytes())
    assert (status["state"], status["last_run"]["result"]) == ("failed", "failed")
    assert status["last_run"]["error"]["what"].startswith("The catalogue cannot be read")
    assert status["to_do"]
