"""A run in this process writes the same records as Dagster, into Dagster's own files."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from pipelines.common.project import PROJECT
from pipelines.orchestration.home.home import prepare
from pipelines.orchestration.home.record_files import ASSETS, FILES, make_run_file
from tests.orchestration.test_runs import only_run
from tests.support import DataFolder

# Notes are compared without the time at which they were made, except whether there is one.
NOTES = "SELECT name, migration_completed IS NULL FROM secondary_indexes ORDER BY name"


@pytest.fixture
def home(environment: None, tmp_path: Path) -> Path:
    return prepare(tmp_path / "data")


@dg.job
def small() -> None:
    """A job without steps."""


def tables(file: Path) -> set[str]:
    """Return the SQL, without blanks, that made the tables and indexes of an SQLite file.

    Assert that it is in WAL mode.
    """
    with closing(sqlite3.connect(file)) as opened:
        made = opened.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        assert opened.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    return {"".join(statement.split()) for (statement,) in made}


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as opened:
        return opened.execute(query).fetchall()


def test_a_new_home_has_the_tables_that_dagster_makes(home: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with dg.DagsterInstance.from_config(str(theirs)) as instance:
        assert instance.get_runs() == []
    for name in FILES:
        assert tables(home / name) == tables(theirs / name)
        for query in ("SELECT version_num FROM alembic_version", NOTES):
            assert rows(home / name, query) == rows(theirs / name, query)


def test_a_run_has_the_tables_that_dagster_makes(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert small.execute_in_process(instance=instance).success
    (theirs,) = (file for file in (home / "history" / "runs").glob("*.db") if file.stem != "index")
    ours = theirs.with_name("ours.db")
    make_run_file(ours, home / ASSETS)
    assert tables(ours) == tables(theirs)
    assert rows(ours, "SELECT * FROM alembic_version") == rows(theirs, "SELECT * FROM alembic_version")


def test_a_run_keeps_what_it_printed(published: DataFolder) -> None:
    with dg.DagsterInstance.from_config(str(published.root / "dagster")) as instance:
        run = only_run(instance)
        (captured,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.LOGS_CAPTURED)
        assert captured.dagster_event
        key = [run.run_id, "compute_logs", captured.dagster_event.logs_captured_data.file_key]
        manager = instance.compute_log_manager
        assert manager.is_capture_complete(key)
        printed = manager.get_log_data(key).stdout
    assert printed
    assert [line.split("  ")[0].strip() for line in printed.decode().splitlines()] == [
        "ingest", "roll up", "marts", "site"
    ]  # fmt: skip


def test_a_run_goes_on_when_nobody_reads_what_it_prints(own: DataFolder) -> None:
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(own.root)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        run.stdout.close()
        run.communicate()
    with dg.DagsterInstance.from_config(str(own.root / "dagster")) as instance:
        assert [one.status for one in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS] * 2
