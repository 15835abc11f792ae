"""Compares every cell of the published tables with the independent count, on random landing folders."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from lab.as_counted import AS_OF, KEY, KEYS, assert_as_counted, counted, scene, wrong_tables
from lab.oracle import raw_rows
from lab.worlds.random_events import Scene
from lab.worlds.random_logs import write_data
from tests.support import DataFolder, writable


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the product hash devices and phones with the key of the independent count."""
    monkeypatch.setenv("AUTHMETER_HASH_KEY", KEY)


def run(data: Path, of: Scene, day: date = AS_OF) -> None:
    DataFolder(data).tables(day, datetime.fromtimestamp(of.clock_ms / 1000, UTC))


def test_one_run_matches_the_independent_count(tmp_path: Path) -> None:
    """All tables are as counted. Then a row is deleted from each table, and the comparison must report each."""
    of = scene(has_every_day=True)
    write_data(tmp_path, 1, of)
    run(tmp_path, of)
    expected = counted(tmp_path, of)
    assert wrong_tables(tmp_path, expected) == {}
    # Random records hardly meet in a session: worlds of sign-ins have times of steps.
    assert [table for table in KEYS if not expected[table]] == ["session_times_daily"]
    with closing(duckdb.connect(writable(tmp_path / "warehouse" / "authmeter.duckdb"))) as connection:
        stored = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        compared = stored & {table for table, rows in expected.items() if rows}
        for table in compared:
            connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
    assert compared <= wrong_tables(tmp_path, expected).keys()


@pytest.mark.lab
def test_another_business_zone(tmp_path: Path) -> None:
    of = scene("America/New_York")
    write_data(tmp_path, 4, of)
    (tmp_path / "authmeter.toml").write_text('timezone = "America/New_York"\n')
    run(tmp_path, of)
    assert_as_counted(tmp_path, of)


@pytest.mark.lab
def test_the_same_files_over_three_runs(tmp_path: Path) -> None:
    """The last of three runs publishes the same rows as one run on all files; some records are late, and some early."""
    of = scene(has_edges=False)
    everything, data = tmp_path / "all", tmp_path / "data"
    write_data(everything, 5, of)
    for folder in ("registry", "sources"):
        shutil.copytree(everything / folder, data / folder)
    names = sorted(path.relative_to(everything) for path in raw_rows.log_files(everything / "landing"))
    Random(5).shuffle(names)
    for arrival in range(3):
        for name in names[arrival::3]:
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(everything / name, data / name)
        run(data, of, AS_OF - timedelta(days=2 - arrival))
    assert_as_counted(data, of)
