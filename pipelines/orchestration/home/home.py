"""Makes the Dagster instance of a data folder, `<data>/dagster`; ends its dead runs and removes its old runs."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.errors import AuthmeterError, InUseError
from pipelines.common.files import durable
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.orchestration.home.record_files import SCHEDULES, open_records
from pipelines.store.store import Store

if TYPE_CHECKING:
    import dagster as dg

# One run at a time. A run whose process died is marked failed, and the next one can start. No telemetry.
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
# Settings of the first versions, which are replaced; a file that somebody edited is kept.
_SETTINGS_BEFORE = _SETTINGS.replace("nux:\n  enabled: false\n", "")
# Marker file for a home with Dagster's tables.
_TABLES_MARKER = ".tables_made"
# Records that are further ahead were made by a wrong clock. Those that are less ahead are waited for.
_AHEAD = timedelta(hours=1)


def prepare(data: Path) -> Path:
    """Make the instance's folder, settings and tables if missing; set Dagster's environment. Return the folder."""
    home = data / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["AUTHMETER_DATA"] = str(data)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    settings = home / "dagster.yaml"
    if (
        not (settings.exists() and (home / _TABLES_MARKER).exists())
        or settings.read_bytes() == _SETTINGS_BEFORE.encode()
    ):
        with records_explained(data):
            _make(home)
    return home


@contextmanager
def records_explained(data: Path) -> Iterator[None]:
    """Convert errors of SQLite in Dagster's record files to an `AuthmeterError` with advice. Errors of disk or memory,
    and all other errors, pass unchanged.
    """
    try:
        yield
    except Exception as error:
        # SQLAlchemy wraps the errors of SQLite.
        found = getattr(error, "orig", error)
        # SQLite's errors of reading or writing may come from the catalogue.
        is_of_disk = getattr(found, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR
        if not isinstance(found, sqlite3.DatabaseError) or is_of_disk or as_machine_error(error, str(data)):
            raise
        raise AuthmeterError(
            f"The records of runs cannot be used: {found}",
            where=str(data / "dagster"),
            why="Each run is recorded there, so this one did not end; the last good report stays published.",
            do="Remove that folder while nothing runs: only the records of past runs are lost. Then run again.",
        ) from error


def has_usual_settings(home: Path) -> bool:
    """Return whether the settings are authmeter's own; if somebody edited them, runs may be recorded elsewhere."""
    return (home / "dagster.yaml").read_bytes() == _SETTINGS.encode()


def _make(home: Path) -> None:
    """Make settings and tables of a new home, or replace the settings that an older version made."""
    import dagster as dg

    from pipelines.orchestration.home.home_tables import make_tables

    # Two processes that open a home together, such as a run and the scheduler, would both mark Dagster's tables as
    # made, and Dagster would then refuse the tables.
    with (home / ".making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings = home / "dagster.yaml"
        if not settings.exists() or settings.read_bytes() == _SETTINGS_BEFORE.encode():
            durable.write_file(settings, _SETTINGS.encode())
        is_new, is_usual = not (home / "history").exists(), has_usual_settings(home)
        if is_usual:
            make_tables(home)
        if not (is_usual and is_new):
            with dg.DagsterInstance.from_config(str(home)) as instance:
                instance.get_runs(limit=1)
        (home / _TABLES_MARKER).touch()


def end_dead_runs(instance: "dg.DagsterInstance", but: str | None = None, *, are_schedulers_ended: bool = False) -> int:
    """Mark runs as failed that are recorded as active although their process is gone: they would block the next runs.
    Return the number of these runs.

    The caller holds the lock of the data folder, so no other run is alive.

    Args:
        but: id of the caller's own run, which is not marked.
        are_schedulers_ended: whether all schedulers have ended. Then runs that are recorded as starting are dead, too;
            Dagster itself would wait five minutes for them.
    """
    import dagster as dg

    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    if are_schedulers_ended:
        statuses.append(dg.DagsterRunStatus.STARTING)
    under_way = dg.RunsFilter(statuses=statuses)
    dead = [run for run in instance.get_runs(under_way) if run.run_id != but]
    _report_dead(instance, dead)
    return len(dead)


def _report_dead(instance: "dg.DagsterInstance", dead: "Iterable[dg.DagsterRun]") -> None:
    for run in dead:
        instance.report_run_failed(run, "Its process no longer exists: it was killed, or the machine went down.")


def end_dead_runs_before_scheduler(data: Path) -> int:
    """Before a scheduler starts, remove records with future times and mark dead runs as failed; return the number of
    dead runs.

    Return 0 and change nothing if a process holds the lock of the data folder.
    """
    import dagster as dg

    try:
        with (
            Store(data).held("dev"),
            records_explained(data),
            dg.DagsterInstance.get() as instance,
        ):
            remove_records_ahead_of_clock(instance, data / "dagster", datetime.now(UTC))
            return end_dead_runs(instance, are_schedulers_ended=True)
    except InUseError:
        return 0


def remove_records_ahead_of_clock(instance: "dg.DagsterInstance", home: Path, now: datetime) -> None:
    """Remove records that a wrong clock made: ticks and runs with times over an hour after `now`. Set such times of
    schedules and sensors to `now`.

    The caller holds the lock of the data folder, and all schedulers have ended.
    """
    import dagster as dg

    # Otherwise Dagster would evaluate no schedule and no sensor until those times, and start no second run for the same
    # day. No run is alive: the lock is held and no scheduler runs.
    since = now + _AHEAD
    for state in instance.all_instigator_state():
        times = state.instigator_data._asdict() if state.instigator_data else {}
        ahead = [name for name, value in times.items() if isinstance(value, float) and value > since.timestamp()]
        if ahead and state.instigator_data:
            present = type(state.instigator_data)(**times | dict.fromkeys(ahead, now.timestamp()))
            instance.update_instigator_state(state.with_data(present))
    if has_usual_settings(home):
        with closing(open_records(home / SCHEDULES)) as schedules:
            schedules.execute("DELETE FROM job_ticks WHERE timestamp > ?", [f"{since:%Y-%m-%d %H:%M:%S.%f}"])
    for run in instance.get_runs(dg.RunsFilter(created_after=since)):
        _delete_run(instance, run.run_id)


def end_runs_of_killed_commands(instance: "dg.DagsterInstance", data: Path) -> None:
    """Mark runs of killed commands as failed, so that a waiting run can start.

    Nothing is changed if a process holds the lock of the data folder.
    """
    import dagster as dg

    under_way = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])

    # A command holds the lock as long as its run is recorded as active. Runs that Dagster launched are left out: they
    # take the lock later, and the process that launched them watches them.
    def of_commands() -> list[dg.DagsterRun]:
        return [run for run in instance.get_runs(under_way) if run.remote_job_origin is None]

    # The lock is taken only if needed, because a command that starts meanwhile would be refused.
    if of_commands():
        with suppress(InUseError), Store(data).held("dev"):
            _report_dead(instance, of_commands())


def forget_old_runs(instance: "dg.DagsterInstance", now: datetime, days: int) -> None:
    """Remove Dagster's records that are older than `days` days: ended runs, and the ticks of schedules and sensors."""
    import dagster as dg

    before = now - timedelta(days=days)
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    for run in instance.get_runs(dg.RunsFilter(statuses=ended, created_before=before)):
        _delete_run(instance, run.run_id)
    for state in instance.all_instigator_state():
        instance.purge_ticks(state.instigator_origin_id, state.selector_id, before.timestamp())


def _delete_run(instance: "dg.DagsterInstance", run_id: str) -> None:
    """Remove the record of a run, with its output."""
    instance.delete_run(run_id)
    shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)


@contextmanager
def records_kept_open(data: Path, *run_ids: str) -> Iterator[None]:
    """Keep Dagster's SQLite files open: the file of all runs, the file of all assets, and the files of the
    given runs.
    """
    # Dagster opens and closes these files for each of a run's hundred events, and SQLite cleans up whenever the last
    # connection is closed. In a run with nothing new, Dagster would spend a fifth of its wall time on this.
    with ExitStack() as stack:
        for name in ("runs.db", "runs/index.db", *(f"runs/{run_id}.db" for run_id in run_ids)):
            file = data / "dagster" / "history" / name
            # With an edited dagster.yaml, the records may be elsewhere.
            if file.exists():
                # Opened for writing, so that SQLite can roll back the unfinished transactions of a killed run.
                opened = stack.enter_context(closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)))
                opened.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield
