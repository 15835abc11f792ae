"""Promise 9: after Dagster was down, missed days are closed; no run stays stuck, and only one scheduler runs.

The trial kills small process trees. It also starts real `authmeter dev` processes, kills them with all that they
started, and starts them again.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import dagster as dg
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import as_of, authmeter, environment, installation, land_day, whole_site
from pipelines.common.days import days_between
from pipelines.common.project import PROJECT
from pipelines.orchestration.home.home import end_dead_runs, prepare
from tests.support import DataFolder, closed_day, days_before

UNDER_WAY = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


@contextmanager
def scheduler(folder: DataFolder) -> Iterator[subprocess.Popen[bytes]]:
    """Start `authmeter dev` on a free port, and yield its process. At the end, kill the process and its descendants."""
    command = [sys.executable, "-m", "pipelines", "dev", "--port", "0", "--data", str(folder.root)]
    with open(folder.root / "dev.log", "ab") as log:
        head = subprocess.Popen(command, cwd=PROJECT, env=environment(), stdout=log, stderr=log)
        try:
            yield head
        finally:
            kill_tree(head)


def kill_tree(head: subprocess.Popen[bytes]) -> None:
    """Send SIGKILL to a process and all its descendants, as if the machine went down."""
    for process in [head.pid, *descendants(head.pid)]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    head.wait()


def descendants(process: int) -> list[int]:
    """Return all descendants of a process."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(line.split()[0]): int(line.split()[1]) for line in listed.splitlines()}
    found = [pid for pid, parent in parents.items() if parent == process]
    return found + [deeper for pid in found for deeper in descendants(pid)]


def until(happened: Callable[[], bool], seconds: int = 300) -> bool:
    """Wait until `happened` returns true, for at most `seconds`; return whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.5)
    return False


def set_back(folder: DataFolder, days: int) -> bool:
    """Set the scheduler's last tick back by `days` days and an hour. Return False if no tick is recorded."""
    before = time.time() - days * 86_400 - 3_600
    with dg.DagsterInstance.from_config(str(folder.root / "dagster")) as instance:
        for state in instance.all_instigator_state():
            data = state.instigator_data
            if state.instigator_name == "daily_schedule" and isinstance(data, ScheduleInstigatorData):
                data = ScheduleInstigatorData(
                    cron_schedule=data.cron_schedule, start_timestamp=before, last_iteration_timestamp=before
                )
                instance.update_instigator_state(state.with_data(data))
                return True
    return False


def runs(folder: DataFolder) -> list[dg.DagsterRun]:
    """Return all runs in Dagster's record."""
    with dg.DagsterInstance.from_config(str(folder.root / "dagster")) as instance:
        return list(instance.get_runs())


def real_scheduler(rounds: int, work: Path) -> Result:
    """Try a real scheduler that is down for five days, is killed with all its processes during a run, and starts
    again.
    """
    tally = Tally(9, "A real `authmeter dev`: five days down, then killed during its run, then back")
    for number in range(rounds):
        _one_round(tally, number, work / f"real{number}")
    return tally.result("each round starts it three times")


def _one_round(tally: Tally, number: int, root: Path) -> None:
    # Between midnight and the time of the schedule, the newest day that is over is nobody's to close yet.
    newest = closed_day(stays=timedelta(minutes=5), at=timedelta(hours=2, minutes=30))
    folder = installation(root, days_before(newest, 5), 2)
    folder.publish(days_before(newest, 5))
    with scheduler(folder):
        seen = until(lambda: (folder.root / "dagster" / ".tables_made").exists() and set_back(folder, 5))
    tally.check(seen, f"round {number}: the scheduler did not come up")
    set_back(folder, 5)
    for day in days_between(days_before(newest, 4), newest):
        land_day(folder, day)
    with scheduler(folder):
        started = until(lambda: is_run_under_way(folder))
        time.sleep(random.Random(number).uniform(0, 6))
    tally.check(started, f"round {number}: no run was started")
    with scheduler(folder):
        done = until(lambda: folder.manifest.as_of == newest and as_of(folder) == newest and whole_site(folder))
        tally.check(done, f"round {number}: {folder.manifest.as_of} is published")
        ended = until(lambda: not any(run.status in UNDER_WAY for run in runs(folder)), 60)
        tally.check(ended, f"round {number}: {[run.status.value for run in runs(folder)]}")
    tally.check(len(folder.counted()) == 7, f"round {number}: {folder.counted()}")


def is_run_under_way(folder: DataFolder) -> bool:
    """Whether a run has begun, read from Dagster's database. Reading through Dagster would disturb the run's start."""
    record = folder.root / "dagster" / "history" / "runs.db"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"{record.as_uri()}?mode=ro", uri=True)) as opened:
        found = {status for (status,) in opened.execute("SELECT status FROM runs").fetchall()}
        return not found.isdisjoint(status.value for status in UNDER_WAY)
    return False


# ---- stuck runs, two schedulers


def stuck_runs(tries: int, work: Path) -> Result:
    """Check that the next command ends runs that are recorded as active although their processes are dead."""
    tally = Tally(9, "Commands killed during a run: the next one ends what is said to be under way")
    for seed in range(tries):
        newest = closed_day()
        folder = installation(work / f"stuck{seed}", newest, 2)
        command = [sys.executable, "-m", "pipelines", "run", "--data", str(folder.root)]
        head = subprocess.Popen(command, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL)
        until(partial(is_run_under_way, folder))
        time.sleep(random.Random(seed).uniform(0, 2))
        kill_tree(head)
        left = sum(run.status in UNDER_WAY for run in runs(folder))
        ended = authmeter("run", data=folder.root)
        states = [run.status for run in runs(folder)]
        is_right = ended.code in (0, 3) and not set(states) & set(UNDER_WAY) and as_of(folder) == newest
        tally.check(is_right, f"seed {seed}: {left} left, then {ended.code}, {states}, {ended.said[-300:]}")
    prepare(work)
    with dg.DagsterInstance.from_config(str(work / "dagster")) as instance:

        @dg.job
        def small() -> None:
            pass

        made = [instance.create_run_for_job(small, status=UNDER_WAY[n % 3]) for n in range(9)]
        count = end_dead_runs(instance, but=made[0].run_id)
        by_id = {run.run_id: run.status for run in instance.get_runs()}
        ended_runs = [run for run in made[1:] if run.status != dg.DagsterRunStatus.STARTING]
        is_right = count == len(ended_runs) and all(by_id[r.run_id] == dg.DagsterRunStatus.FAILURE for r in ended_runs)
        tally.check(is_right and by_id[made[0].run_id] == made[0].status, f"{count} ended: {by_id}")
    return tally.result("a run that was starting is ended by the next scheduler, or by Dagster after five minutes")


ALONE = """
import sys
from pathlib import Path
from pipelines.common.errors import AuthmeterError
from pipelines.orchestration.home.scheduler_process import run_scheduler
try:
    child = "import subprocess, time; subprocess.Popen(['sleep', '300']); time.sleep(300)"
    run_scheduler([sys.executable, "-c", child], Path(sys.argv[1]), Path(sys.argv[1]), lambda: None)
except AuthmeterError as error:
    sys.exit(str(error))
"""


def second_scheduler(tries: int, work: Path) -> Result:
    """Check that a second scheduler is refused while the first runs, and can start after the first was killed."""
    tally = Tally(9, "A second scheduler or run beside a first: refused; after a kill of the first: in its place")
    for number in range(tries):
        home = work / f"home{number}"
        home.mkdir()
        first = _alone(home)
        tree = descendants(first.pid)
        second = subprocess.run(
            [sys.executable, "-c", ALONE, str(home)], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        is_refused = second.returncode == 1 and "already" in second.stderr and "what to do" in second.stderr
        tally.check(is_refused, f"{number}: {second.stderr[-300:]}")
        first.kill()
        first.wait()
        third = _alone(home)
        tally.check(not any(_lives(process) for process in tree), f"{number}: what the first left goes on")
        third.send_signal(signal.SIGTERM)
        left = descendants(third.pid)
        # A killed process can exist for a moment longer on a busy machine.
        is_ended = third.wait(60) == 0 and until(partial(_all_ended, left), 60)
        tally.check(is_ended, f"{number}: the third did not end when it was told to")
    return tally.result()


def _alone(home: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ALONE, str(home)], cwd=PROJECT, env=environment())
    assert until(lambda: len(descendants(process.pid)) >= 2, 60)
    return process


def _all_ended(processes: list[int]) -> bool:
    return not any(_lives(process) for process in processes)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def trial(scale: float, work: Path) -> list[Result]:
    """Try stuck runs, a second scheduler, and a real scheduler."""
    return [
        stuck_runs(some(12, scale), work),
        second_scheduler(some(10, scale), work),
        real_scheduler(some(3, scale), work),
    ]
