"""The Dagster instance of a data folder, `<data>/dagster`: its settings, its tables, the end of dead and old runs."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common import durable
from pipelines.common.errors import InUseError
from pipelines.common.lock import hold
from pipelines.store.store import Store

if TYPE_CHECKING:
    import dagster as dg

# One run at a time; a run whose process died is marked failed and lets the next one in; nothing is sent anywhere.
_SETTINGS = """\
# Written by authmeter; see docs/operator.md before you change it.
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 43200
  free_slots_after_run_end_seconds: 60
run_retries:
  enabled: true
  max_retries: 2
"""
# What the first versions wrote; a file that somebody edited is theirs.
_SETTINGS_BEFORE = _SETTINGS.replace("nux:\n  enabled: false\n", "")
# Stands where Dagster's tables are made.
_MADE = ".tables_made"


def prepare(data: Path) -> Path:
    """Makes the instance's folder, settings and tables where they are missing, and points Dagster to it; gives the
    folder.
    """
    home = data / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["AUTHMETER_DATA"] = str(data)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    settings = home / "dagster.yaml"
    if not (settings.exists() and (home / _MADE).exists()) or settings.read_bytes() == _SETTINGS_BEFORE.encode():
        _make(home)
    return home


def has_usual_settings(home: Path) -> bool:
    """Whether the settings are those of authmeter: edited ones may have runs recorded elsewhere."""
    return (home / "dagster.yaml").read_bytes() == _SETTINGS.encode()


def _make(home: Path) -> None:
    """The settings and tables of a new home, and the settings of one from before, made by one process at a time.

    Two that open it together, a run and the scheduler say, would both mark Dagster's tables as made; Dagster refuses
    tables with two marks from then on.
    """
    import dagster as dg

    from pipelines.orchestration.home_tables import make_tables

    with (home / ".making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings = home / "dagster.yaml"
        if not settings.exists() or settings.read_bytes() == _SETTINGS_BEFORE.encode():
            durable.write_file(settings, _SETTINGS.encode())
        if settings.read_bytes() == _SETTINGS.encode() and not (home / "history").exists():
            make_tables(home)
        else:
            with dg.DagsterInstance.from_config(str(home)) as instance:
                instance.get_runs(limit=1)
        (home / _MADE).touch()


def end_dead_runs(
    instance: "dg.DagsterInstance", but: str | None = None, *, is_no_scheduler_alive: bool = False
) -> int:
    """Ends, in the record, the runs that are said to be under way although their process is gone; gives their number.

    Only for whoever holds the lock of the data folder, who thereby knows that no other run lives. Left alone, such a
    run would keep the next ones waiting, since only one may run.

    Args:
        but: the caller's own run.
        is_no_scheduler_alive: whether there is also none that could be starting a run. Dagster would wait five minutes
            for a run that is said to be starting.
    """
    import dagster as dg

    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    if is_no_scheduler_alive:
        statuses.append(dg.DagsterRunStatus.STARTING)
    under_way = dg.RunsFilter(statuses=statuses)
    dead = [run for run in instance.get_runs(under_way) if run.run_id != but]
    for run in dead:
        instance.report_run_failed(run, "Its process is gone: it was killed, or the machine went down.")
    return len(dead)


def end_runs_of_the_dead(data: Path) -> int:
    """As `end_dead_runs`, for a scheduler before it begins; where a run is alive, there is nothing to end."""
    import dagster as dg

    try:
        with hold(Store(data).lock, "dev", datetime.now(UTC)), dg.DagsterInstance.get() as instance:
            return end_dead_runs(instance, is_no_scheduler_alive=True)
    except InUseError:
        return 0


def forget_old_runs(instance: "dg.DagsterInstance", now: datetime, days: int) -> int:
    """Removes what Dagster recorded of runs that ended more than `days` days ago, and of ticks as old; gives how many
    runs that were.
    """
    import dagster as dg

    before = now - timedelta(days=days)
    ended = [status for status in dg.DagsterRunStatus if status.name in ("SUCCESS", "FAILURE", "CANCELED")]
    old = instance.get_runs(dg.RunsFilter(statuses=ended, created_before=before))
    for run in old:
        instance.delete_run(run.run_id)
        shutil.rmtree(Path(instance.storage_directory()) / run.run_id, ignore_errors=True)
    for state in instance.all_instigator_state():
        instance.purge_ticks(state.instigator_origin_id, state.selector_id, before.timestamp())
    return len(old)


@contextmanager
def records_kept_open(data: Path, *run_ids: str) -> Iterator[None]:
    """Keeps the SQLite files open that Dagster records runs in: those of all runs, and those of some.

    Dagster opens and closes them for each of a run's hundred events. SQLite tidies up whenever the last one closes,
    which is about a fifth of the wall time of Dagster's part of a run with nothing new.
    """
    with ExitStack() as stack:
        for name in ("runs.db", "runs/index.db", *(f"runs/{run_id}.db" for run_id in run_ids)):
            file = data / "dagster" / "history" / name
            # Whoever edited dagster.yaml may record elsewhere.
            if file.exists():
                # May write: what a run that was killed left half done, SQLite then takes back.
                opened = stack.enter_context(closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)))
                opened.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield
