"""Runs the measured programs and checks their results. The programs are the `run` command of authmeter and its peers,
the scripts in `peers/`.

The measurements are in `scenarios.py` and `reading.py`.
"""

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from bench.measure import BenchError, Run, run

PEERS = {
    "by_hand": ("DuckDB and Polars by hand: checked, hashed, written, grouped", ("polars", "polars_hash")),
    "polars_streaming": ("Polars, streaming: the same bare job", ("polars",)),
    "chdb_query": ("chDB: the same bare job", ("chdb",)),
    "pyspark_local": ("PySpark, local[2]: the same bare job", ("pyspark",)),
    "python_loop": ("plain Python loop: the same bare job", ()),
}
BARE = "bare_duckdb"
_PEER_FOLDER = Path(__file__).parent / "peers"
_KEY = {"AUTHMETER_HASH_KEY": "0" * 64}
_ANSWER = re.compile(r'\{"groups".*?\}')
# 3 is "done, but a warning check fired": the sample has an unregistered app on purpose.
_DONE = (0, 3)


def authmeter(data: Path, day: date) -> Run:
    """Measure one `run` command on a data folder, up to the day `day`."""
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(data), "--day", str(day)]
    return run(command, environment=_KEY, allowed=_DONE)


def published_records(data: Path) -> int:
    """Return the number of records that the published tables count."""
    with duckdb.connect(data / "warehouse" / "authmeter.duckdb", read_only=True) as published:
        (row,) = published.execute("SELECT coalesce(sum(records), 0)::BIGINT FROM outcome_daily").fetchall()
    return int(row[0])


def rejected_records(data: Path) -> int:
    """Return the number of rejected records in the published table `input_files`."""
    with duckdb.connect(data / "warehouse" / "authmeter.duckdb", read_only=True) as published:
        (row,) = published.execute("SELECT coalesce(sum(rejected), 0)::BIGINT FROM input_files").fetchall()
    return int(row[0])


def peer(name: str, *arguments: object) -> Run:
    """Run a peer, which is a script in `peers/`, with the given arguments. Most peers take NDJSON files."""
    return run([sys.executable, str(_PEER_FOLDER / f"{name}.py"), *(str(argument) for argument in arguments)])


def answer(one: Run) -> dict[str, int]:
    """Return the counts that a peer printed in a run: groups, records, successes and devices.

    Raises:
        BenchError: the output has no such counts.
    """
    found = _ANSWER.search(one.output)
    if found is None:
        raise BenchError(f"a peer gave no answer:\n{one.output[-500:]}")
    read: dict[str, int] = json.loads(found.group())
    return read


def same(what: str, found: Iterable[object]) -> None:
    """Check that the results of all programs are equal as text. `what` names the results in the error.

    Raises:
        BenchError: the results differ.
    """
    if len(results := {str(result) for result in found}) > 1:
        raise BenchError(f"{what} differ, and cannot be compared: {' and '.join(sorted(results))}")


def why_not(name: str) -> str | None:
    """Return the reason why a peer cannot run on this machine; None if it can."""
    missing = [module for module in PEERS[name][1] if importlib.util.find_spec(module) is None]
    if missing:
        return f"{', '.join(missing)} is not installed (bench/requirements.txt)"
    if name == "pyspark_local" and shutil.which("java") is None:
        return "there is no Java"
    return None
