"""Promise 13: DuckDB and Spark give the same bytes, even if executors or the driver are killed.

Spark runs on this machine, with two executor processes. The oracle counts some folders independently. Both engines
process others, and every stored file and every file of the site is compared. The driver is the real command, killed
with its process group at a random moment. Tasks kill their own executors, so that each step is tried.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest.mock import patch

from lab import as_counted as oracle
from lab.reliability.harness import PROJECT, Result, Tally, some
from lab.worlds.random_logs import write_data
from pipelines.engines.spark import roller, tasks
from pipelines.run import engines
from tests.data.small_logs import DAY, REGISTRY, landing, log, span
from tests.engines.conftest import missing, use
from tests.engines.killing import Killing, KillingReader
from tests.engines.test_same_results import assert_same
from tests.support import KEY, DataFolder, morning_after, records

TASKS = tuple(
    task.__name__
    for task in (
        tasks.count_delivered, tasks.shuffle_events, tasks.count_records, tasks.count_devices, tasks.count_sessions,
    )
)  # fmt: skip


def trial(scale: float, work: Path) -> list[Result]:
    """At full scale, try 20 random folders, 4 folders of the oracle, 20 killed executors, 20 killed drivers and an
    uneven day.
    """
    tallies = [
        Tally(13, "random folders of the oracle on Spark: every cell as the independent count has it"),
        Tally(13, "random folders, late data and changes of the engine: every file as DuckDB alone makes it"),
        Tally(13, "executors killed in each step: as if none had been"),
        Tally(13, "the command killed while Spark works, then a clean run: as if it had not been"),
        Tally(13, "half a million records of one app, device and id, with 250 MB for each task: as DuckDB has them"),
    ]
    if reason := missing():
        return [tally.result(f"not tried: {reason}") for tally in tallies]
    worlds, folders, executors, drivers, skew = tallies
    for seed in range(some(4, scale)):
        tried(worlds, f"seed {seed}", partial(one_world, work / "worlds" / str(seed), seed))
    for seed in range(some(20, scale, 2)):
        tried(folders, f"seed {seed}", partial(one_folder, work / "folders" / str(seed), seed))
    steps = ("read", *TASKS)
    for number in range(some(20, scale, len(steps))):
        task = steps[number % len(steps)]
        tried(executors, task, partial(one_executor, work / "executors" / str(number), task))
    tried_drivers(drivers, some(20, scale, 2), work / "drivers")
    tried(skew, "skew", partial(one_skew, work / "skew", some(500_000, scale)))
    return [tally.result() for tally in tallies]


def tried(tally: Tally, case: str, attempt: Callable[[], None]) -> None:
    """Count one try, which fails if `attempt` raises an exception."""
    try:
        attempt()
    except Exception as error:
        tally.check(False, f"{case}: {type(error).__name__}: {str(error)[:300]}")
    else:
        tally.check(True, case)


def one_world(root: Path, seed: int) -> None:
    """Read and roll up a random folder by Spark, and compare its tables with the count of the oracle."""
    of = oracle.scene(has_every_day=True)
    root.mkdir(parents=True)
    write_data(root, seed, of)
    folder = DataFolder(root)
    use(folder, "spark")
    with patch.dict(os.environ, {"AUTHMETER_HASH_KEY": oracle.KEY}):
        run = folder.open(oracle.AS_OF, datetime.fromtimestamp(of.clock_ms / 1000, UTC))
        run.ingest(oracle.AS_OF)
        run.roll_up(oracle.AS_OF)
        run.build_marts()
    oracle.assert_as_counted(root, of)


def one_folder(root: Path, seed: int) -> None:
    """Compare two folders with the same logs in three runs. DuckDB runs the first folder, Spark and DuckDB the second.

    The engine of each run is random, but the first is Spark.
    """
    days = span(DAY, 3)
    made = []
    for name, turns in (("alone", ("duckdb",) * 3), ("turns", random.Random(seed).choices(("spark", "duckdb"), k=3))):
        folder, draw = DataFolder(root / name), random.Random(seed)
        folder.write("registry/apps.csv", REGISTRY)
        # At least one of the runs is Spark's.
        in_turn = ["spark", *turns[1:]] if name == "turns" else turns
        for number, (day, engine) in enumerate(zip(days, in_turn, strict=True)):
            use(folder, engine)
            files = landing(seed, days[0]) if number == 0 else {f"{number}.ndjson": log(draw, days[: number + 1], 40)}
            for path, text in files.items():
                folder.land(path, text)
            folder.publish(day, morning_after(day))
        made.append(folder)
    assert_same(made[1], made[0])


def one_executor(root: Path, task: str) -> None:
    """Publish a folder by Spark, kill the first executor that begins `task`, and compare the folder with DuckDB's.

    `task` is a name in `TASKS`, or `read`.
    """
    killed, whole = DataFolder(root / "killed"), DataFolder(root / "whole")
    for folder in (killed, whole):
        folder.land("a.ndjson", log(random.Random(task), span(DAY, 2), 60))
    whole.publish(DAY, morning_after(DAY))
    use(killed, "spark")
    once = root / "once"
    with (
        patch.object(engines, "local_reader", KillingReader(once))
        if task == "read"
        else patch.object(roller, task, Killing(task, once))
    ):
        killed.publish(DAY, morning_after(DAY))
    assert once.exists(), "no executor was killed"
    assert_same(killed, whole)


def tried_drivers(tally: Tally, kills: int, work: Path) -> None:
    """Kill the command at random moments of a Spark run, `kills` times. Check each folder after one more run without a
    kill.
    """
    whole = driver_folder(work / "whole", "duckdb")
    assert finish(whole) in (0, 3)
    begun = time.monotonic()
    assert finish(driver_folder(work / "timed", "spark")) in (0, 3)
    seconds = time.monotonic() - begun
    for seed in range(kills):
        folder = driver_folder(work / str(seed), "spark")
        process = start(folder)
        time.sleep(random.Random(seed).uniform(0.1, 1) * seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        code = finish(folder)
        is_right = code in (0, 3) and heavy_results(folder) == heavy_results(whole)
        tally.check(is_right, f"seed {seed}: exit {code}, or other parts or tables")


def driver_folder(root: Path, engine: str) -> DataFolder:
    """Return a folder with four files of two days, for runs by the given engine."""
    folder = DataFolder(root)
    use(folder, engine)
    for number in range(4):
        folder.land(f"{number}.ndjson", log(random.Random(number), span(DAY, 2), 60))
    return folder


def start(folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start the `run` command in a new process group, which also contains Spark's processes."""
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(folder.root), "--day", str(DAY)]
    environment = {**os.environ, "AUTHMETER_HASH_KEY": KEY}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def finish(folder: DataFolder) -> int:
    """Run the `run` command to its end, and return its exit code."""
    return start(folder).wait()


def heavy_results(folder: DataFolder) -> tuple[object, ...]:
    """Return the results of reading and roll-up, with digests: the part of each landed file, and the tables of each
    day.
    """
    manifest = folder.manifest
    parts = [(entry.path, entry.part, entry.part_digest, entry.rejected) for entry in manifest.files]
    return parts, [(day, entry.content) for day, entry in manifest.days.items()]


def one_skew(root: Path, records_of_one: int) -> None:
    """Compare DuckDB with Spark on an uneven day; Spark has little memory.

    Most records have the same app and device, and many have the same id.
    """
    rows = records(records_of_one, DAY, device_id="one", app_key="one")
    rows += [
        row | {"app_key": f"app{n % 900}", "device_id": f"d{n}"} for n, row in enumerate(records(99_999, DAY, "o"))
    ]
    rows += records(1, DAY, "same") * (records_of_one // 5)
    made = []
    for name, settings in (("duckdb", ""), ("spark", 'memory_limit = "250MB"\n')):
        folder = DataFolder(root / name)
        use(folder, name, settings)
        folder.land("log.ndjson", rows)
        folder.tables(DAY, morning_after(DAY))
        made.append([entry.content for entry in folder.manifest.days.values()])
    assert made[0] == made[1]
