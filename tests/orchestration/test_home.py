"""Many processes may open the Dagster home of a data folder at once, runs of killed processes are ended, and no
telemetry is sent.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)

from pipelines.common.project import PROJECT
from pipelines.orchestration.home import home_tables
from pipelines.orchestration.home.home import end_dead_runs_before_scheduler, prepare, records_kept_open
from tests.support import DataFolder

# Four processes that open the same new Dagster home at once; it gives how many could not.
OPENED_AT_ONCE = """
import os, sys
from pathlib import Path
import dagster as dg
from pipelines.orchestration.home.home import prepare
children = []
come, go = os.pipe()
for _ in range(4):
    if not (child := os.fork()):
        os.close(go)
        os.read(come, 1)
        prepare(Path(sys.argv[1]))
        with dg.DagsterInstance.get() as instance:
            instance.get_runs(limit=1)
        os._exit(0)
    children.append(child)
os.close(go)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


def test_nothing_is_sent_anywhere(published: DataFolder) -> None:
    settings = yaml.safe_load((published.root / "dagster" / "dagster.yaml").read_text())
    assert settings["telemetry"] == settings["nux"] == {"enabled": False}
    assert settings["run_coordinator"]["config"] == {"max_concurrent_runs": 1}
    assert settings["run_monitoring"]["enabled"] is True


@pytest.mark.parametrize(("added", "is_off"), [("", True), ("python_logs:\n  python_log_level: INFO\n", False)])
def test_an_older_home_gets_the_new_settings_unless_edited(
    environment: None, own: DataFolder, added: str, is_off: bool
) -> None:
    """The first versions did not write `nux`. Without it, Dagster's page asks new users for their e-mail address."""
    settings = own.root / "dagster" / "dagster.yaml"
    written = settings.read_text()
    older = written.replace("nux:\n  enabled: false\n", "") + added
    settings.write_text(older)
    prepare(own.root)
    assert settings.read_text() == (written if is_off else older)


def test_a_new_home_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """If many processes opened a new home, Dagster alone would mark its tables as made twice, and never open it
    again.
    """
    done = subprocess.run(
        [sys.executable, "-c", OPENED_AT_ONCE, str(tmp_path / "data")], cwd=PROJECT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for name in ("history/runs", "schedules/schedules"):
        with closing(sqlite3.connect(tmp_path / "data" / "dagster" / f"{name}.db")) as opened:
            assert opened.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_home_whose_making_failed_is_made_by_the_next_run(
    environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """On a full disk, a file may exist without its tables. Dagster would not add the tables of assets to it."""
    fill, filled = home_tables._fill, []

    def fill_or_fail(*given: Any) -> None:
        if len(filled) == number:
            raise sqlite3.OperationalError("database or disk is full")
        filled.append(given)
        fill(*given)

    with monkeypatch.context() as patched:
        patched.setattr(home_tables, "_fill", fill_or_fail)
        with pytest.raises(sqlite3.OperationalError):
            prepare(tmp_path)
    prepare(tmp_path)
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("days", ["2026-03-10"])
        assert instance.get_dynamic_partitions("days") == ["2026-03-10"]
        assert instance.get_runs() == []
        assert instance.all_instigator_state() == []


def test_a_scheduler_ends_what_a_killed_one_had_begun(environment: None, tmp_path: Path) -> None:
    """Runs that were only starting are ended, too: otherwise the next run would wait five minutes for them."""
    prepare(tmp_path)

    @dg.job
    def small() -> None:
        pass

    begun = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.get() as instance:
        for status in (*begun, dg.DagsterRunStatus.NOT_STARTED):
            instance.create_run_for_job(small, status=status)
    assert end_dead_runs_before_scheduler(tmp_path) == len(begun)
    with dg.DagsterInstance.get() as instance:
        left = sorted(run.status.value for run in instance.get_runs())
    assert left == ["FAILURE", "FAILURE", "FAILURE", "NOT_STARTED"]


def test_a_scheduler_forgets_what_was_noted_while_the_clock_was_ahead(environment: None, tmp_path: Path) -> None:
    """If recorded times are in the future, Dagster evaluates no schedule and no sensor until then."""
    prepare(tmp_path)
    before, ahead = time.time() - 60, time.time() + 3 * 86_400
    code = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("code"), "repository")
    noted = {
        InstigatorType.SCHEDULE: ScheduleInstigatorData("30 2 * * *", before, ahead),
        InstigatorType.SENSOR: SensorInstigatorData(ahead, cursor="kept", last_tick_start_timestamp=ahead),
    }

    @dg.job
    def small() -> None:
        pass

    with dg.DagsterInstance.get() as instance:
        for kind, data in noted.items():
            origin = code.get_instigator_origin(kind.value)
            state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data)
            instance.add_instigator_state(state)
            for at in (before, ahead):
                tick = TickData(
                    state.instigator_origin_id, kind.value, kind, TickStatus.SUCCESS, at, run_ids=[], run_keys=[],
                    selector_id=state.selector_id,
                )  # fmt: skip
                instance.create_tick(tick)
        created = datetime.fromtimestamp(ahead, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        # A run that was killed while the clock was ahead would keep the schedule from its day, too.
        for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING):
            instance.create_run_for_job(small, status=status)
        with closing(sqlite3.connect(tmp_path / "dagster" / "history" / "runs.db")) as opened, opened:
            opened.execute("UPDATE runs SET create_timestamp = ?", [created])
        kept = instance.create_run_for_job(small, status=dg.DagsterRunStatus.SUCCESS)
    end_dead_runs_before_scheduler(tmp_path)
    with dg.DagsterInstance.get() as instance:
        for state in instance.all_instigator_state():
            data = state.instigator_data
            assert max(value for value in data._asdict().values() if isinstance(value, float)) < time.time()
            ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id)
            assert [tick.timestamp for tick in ticks] == [before]
        assert getattr(data, "cursor", "kept") == "kept"
        assert [run.run_id for run in instance.get_runs()] == [kept.run_id]


def test_records_that_a_killed_run_left_half_written_are_opened(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    history = whole / "dagster" / "history"
    history.mkdir(parents=True)
    with closing(sqlite3.connect(history / "runs.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE texts (text)")
        connection.executemany("INSERT INTO texts VALUES (?)", [("x" * 1000,)] * 200)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE texts SET text = 'half written'")
        shutil.copytree(whole, killed)
    with records_kept_open(killed):
        left = sorted(path.name for path in (killed / "dagster" / "history").iterdir())
    assert left == ["runs.db"]
    with closing(sqlite3.connect(killed / "dagster" / "history" / "runs.db")) as connection:
        assert connection.execute("SELECT DISTINCT length(text) FROM texts").fetchall() == [(1000,)]
