"""Compares the engine spark with the engine duckdb, by hand: `python bench/on_spark.py`. Prints a Markdown table.

The table has the cost of a million added records, the shuffled bytes of a record, the gain of a second executor, and
the memory of the driver. Only reading and roll-up are measured, after Spark has started, in a process for each run.
PySpark needs Java 17.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.big_day import with_other_ids
from bench.inputs import Cache, Logs
from bench.measure import BenchError, run

TARGETS = {"added": 3.0, "executors": 1.6, "driver": 1.25}
_FILES = 20
_MEMORY = "2GB"


@dataclass(frozen=True)
class Seen:
    """The costs of one run.

    Attributes:
        seconds: time of reading and roll-up.
        shuffled: bytes that tasks wrote for other tasks.
        python, java: peak memory in bytes of the driver's Python process and of its Java process.
    """

    seconds: float
    shuffled: int
    python: int
    java: int


def heavy_steps(cache: Cache, logs: Logs, files: int, engine: str, master: str = "") -> Seen:
    """Measure reading and roll-up of one day in a new process.

    Args:
        logs: a sample of one file. Each landed file is a copy of it with other ids.
        files: the number of landed files.
        engine: `duckdb` or `spark`.
        master: the master URL of Spark; empty for the engine `duckdb`.
    """
    with cache.data(logs, {}) as data, tempfile.TemporaryDirectory() as noted:
        landing = data / "landing"
        landing.mkdir()
        for number in range(files):
            with_other_ids(logs.files[0], landing / f"{number:03}.ndjson", f"{number:03}")
        options = [f'memory_limit = "{_MEMORY}"', "[engine]", f'name = "{engine}"']
        if master:
            options += [f'master = "{master}"', "[engine.spark]", "spark.eventLog.enabled = true"]
            options += [f'spark.eventLog.dir = "file://{noted}"', "spark.eventLog.compress = false"]
        (data / "authmeter.toml").write_text("\n".join(options) + "\n")
        asked = json.dumps([str(data), str(logs.days[0])])
        said = run([sys.executable, __file__, "--one", asked]).output.splitlines()[-1]
        return Seen(**json.loads(said), shuffled=_shuffled(Path(noted)))


def one(data: Path, day_text: str) -> dict[str, float]:
    """Read and roll up the logs of a data folder in this process. Return the seconds, and the peak memory of Python and
    Java in bytes.

    `heavy_steps` starts the process.
    """
    from datetime import date

    from pipelines.run.daily_run import open_run

    day = date.fromisoformat(day_text)
    run_of_day, _ = open_run(data)
    with run_of_day.engine.readers("a key of the benchmark", run_of_day.store.landing) as readers:
        # Executors start with their first task.
        list(readers.each(_nothing, range(8)))
    keep_to_cores()
    begun = time.perf_counter()
    run_of_day.ingest(day)
    run_of_day.roll_up(day)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "python": _peak("self"), "java": _java_peak()}


def keep_to_cores() -> None:
    """Bind each executor process of Spark, with its child processes, to one core, as a cluster would.

    Reading parses, hashes and writes in several threads: without this, a single executor would use all cores.
    """
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])

    def below(process: int) -> list[int]:
        return [process, *(one for child, parent in parents.items() if parent == process for one in below(child))]

    executors = [one for one in below(os.getpid()) if b"ExecutorBackend" in Path(f"/proc/{one}/cmdline").read_bytes()]
    for core, executor in enumerate(sorted(executors)):
        for process in below(executor):
            for thread in Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})


def _nothing(_: object, number: int) -> int:
    return number


def _java_peak() -> int:
    if "pyspark" not in sys.modules:
        return 0
    from pyspark import SparkContext

    return _peak(str(SparkContext._gateway.proc.pid))


def _peak(process: str) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def _shuffled(noted: Path) -> int:
    """Return the bytes that tasks wrote for other tasks, as Spark's event logs in the folder `noted` report them."""
    total = 0
    for file in (file for file in noted.rglob("*") if file.is_file()):
        for line in file.read_text("utf-8").splitlines():
            if '"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total


def main() -> int:
    """Make the logs, run both engines, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=5_000_000, help="records of the day with two executors")
    parser.add_argument("--most", type=int, default=20_000_000, help="records of the largest day")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        data, day = json.loads(asked.one)
        print(json.dumps(one(Path(data), day)))
        return 0
    cache = Cache.at_home()
    try:
        print(*table(cache, asked.records, asked.most), sep="\n")
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        cache.clear()
    return 0


def table(cache: Cache, records: int, most: int) -> list[str]:
    """Measure all figures, and return the lines of the Markdown table."""
    small = cache.logs(days=1, apps=500, events=1_000_000 // _FILES)
    large = cache.logs(days=1, apps=500, events=records // _FILES)
    largest = cache.logs(days=1, apps=500, events=most // _FILES)
    millions = (records - 1_000_000) / 1e6
    cost, seen = {}, {}
    for engine, master in (("duckdb", ""), ("spark", "local[2]")):
        seen[engine] = [heavy_steps(cache, logs, _FILES, engine, master) for logs in (small, large)]
        cost[engine] = (seen[engine][1].seconds - seen[engine][0].seconds) / millions
    alone, together = (heavy_steps(cache, large, _FILES, "spark", f"local-cluster[{n},1,1024]") for n in (1, 2))
    big = heavy_steps(cache, largest, _FILES, "spark", "local[2]")
    first = seen["spark"][0]
    ratio, gain = cost["spark"] / cost["duckdb"], alone.seconds / together.seconds
    python = big.python / first.python
    return [
        "| what | measured | target |",
        "| --- | ---: | --- |",
        f"| a million added records, DuckDB | {cost['duckdb']:.2f} s | |",
        f"| the same, Spark on `local[2]` | {cost['spark']:.2f} s, {ratio:.2f} × | {_met(ratio, 'added')} |",
        f"| bytes shuffled a record | {seen['spark'][1].shuffled / records:.0f} | |",
        f"| {records:,} records, one executor with a core | {alone.seconds:.1f} s | |",
        f"| two executors | {together.seconds:.1f} s, {gain:.2f} × | {_met(-gain, 'executors', -1)} |",
        f"| memory of the driver's Python, 1 million records | {_megabytes(first.python)} | |",
        f"| {most / 1e6:.0f} million | {_megabytes(big.python)}, {python:.2f} × | {_met(python, 'driver')} |",
        f"| memory of the driver's Java, the same | {_megabytes(first.java)}; {_megabytes(big.java)} | |",
    ]


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def _met(value: float, target: str, sign: int = 1) -> str:
    return f"{TARGETS[target]:g} ×: {'met' if value <= sign * TARGETS[target] else 'missed'}"


if __name__ == "__main__":
    sys.exit(main())
