"""What is measured: the project and its peers on the same files, in alternation.

Here: one function per question, each returning rows of a table. Not here: clocks (`measure.py`), inputs (`inputs.py`).
"""

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from bench.inputs import Cache, Logs, warm
from bench.measure import BenchError, Run, middle, peak_mib, run

PEERS = {
    "polars_streaming": ("Polars, streaming", ("polars",)),
    "chdb_query": ("chDB", ("chdb",)),
    "pyspark_local": ("PySpark, local[2]", ("pyspark",)),
    "python_loop": ("plain Python loop", ()),
}
BARE = "bare_duckdb"
_PEER_FOLDER = Path(__file__).parent / "peers"
_KEY = {"AUTHMETER_HASH_KEY": "0" * 64}
_ANSWER = re.compile(r'\{"groups".*?\}')
# `ingest     1 file, 202,019 records  3.21 s`, as pipelines/common/progress.py prints it.
_STAGE = re.compile(r"^([a-z][\w ]*?)  +.*?  (\d+\.\d+) s$", re.MULTILINE)
# 3 is "done, but a warning check fired": the sample has an unregistered app on purpose.
_DONE = (0, 3)


@dataclass(frozen=True)
class Row:
    """One line of the table: what, the measured value as text, and the ratio to its yardstick, or a reason."""

    what: str
    value: str
    ratio: str = ""
    memory: str = ""


def authmeter(data: Path, day: date) -> Run:
    """One whole `run` command on a data folder."""
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(data), "--day", str(day)]
    return run(command, environment=_KEY, allowed=_DONE)


def peer(name: str, files: Iterable[Path]) -> Run:
    """One run of a peer on NDJSON files."""
    return run([sys.executable, str(_PEER_FOLDER / f"{name}.py"), *(str(file) for file in files)])


def why_not(name: str) -> str | None:
    """Why a peer cannot run here, or None."""
    missing = [module for module in PEERS[name][1] if importlib.util.find_spec(module) is None]
    if missing:
        return f"{', '.join(missing)} is not installed (bench/requirements.txt)"
    if name == "pyspark_local" and shutil.which("java") is None:
        return "there is no Java"
    return None


def whole_command(cache: Cache, logs: Logs, rounds: int, peers: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """The whole command on a fresh data folder, and peers doing the bare job; and the command's stages."""
    warm(logs.files)
    able = [name for name in peers if why_not(name) is None]
    runs: dict[str, list[Run]] = {name: [] for name in ("authmeter", BARE, *able)}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        with cache.data(logs, logs.days) as data:
            runs["authmeter"].append(authmeter(data, logs.days[-1]))
        runs[BARE].append(peer(BARE, logs.files))
        expected = _answer(runs[BARE][-1])
        for name in [name for name in able if name not in failed]:
            try:
                runs[name].append(peer(name, logs.files))
                if _answer(runs[name][-1]) != expected:
                    failed[name] = f"another answer: {_answer(runs[name][-1])} instead of {expected}"
            except BenchError as error:
                failed[name] = str(error).splitlines()[-1][:120]
    rows = [
        _row("bare DuckDB: one typed read, one group (the yardstick)", runs[BARE], runs[BARE]),
        _row("authmeter run, whole command, fresh data folder", runs["authmeter"], runs[BARE]),
    ]
    for name in peers:
        reason = why_not(name) or failed.get(name)
        label = f"{PEERS[name][0]}: the same bare job"
        rows.append(Row(label, "not run", reason) if reason else _row(label, runs[name], runs[BARE]))
    return rows, stages(runs["authmeter"])


def stages(runs: Sequence[Run]) -> list[Row]:
    """The split of the whole command by stage, from the lines that it prints, and what lies outside of them."""
    found: dict[str, list[float]] = {}
    for one in runs:
        for name, seconds in _STAGE.findall(one.output):
            found.setdefault(name, []).append(float(seconds))
    total = middle(runs)
    medians = {name: median(values) for name, values in found.items()}
    rest = total - sum(medians.values())
    return [
        Row(name, f"{seconds:.2f} s", f"{seconds / total:.0%}")
        for name, seconds in [*medians.items(), ("start, Dagster and all else", rest)]
    ]


def growth(cache: Cache, small: Logs, large: Logs, rounds: int) -> list[Row]:
    """What added records cost: from `small` to `large`, in the project and in the bare job."""
    runs: dict[tuple[str, bool], list[Run]] = {(who, big): [] for who in ("authmeter", BARE) for big in (False, True)}
    for _ in range(rounds):
        for logs in (small, large):
            warm(logs.files)
            with cache.data(logs, logs.days) as data:
                runs["authmeter", logs is large].append(authmeter(data, logs.days[-1]))
            runs[BARE, logs is large].append(peer(BARE, logs.files))
    added = {who: middle(runs[who, True]) - middle(runs[who, False]) for who in ("authmeter", BARE)}
    return [
        Row(
            f"{label}: {middle(runs[who, False]):.2f} s → {middle(runs[who, True]):.2f} s",
            f"{added[who]:+.2f} s",
            f"{middle(runs[who, True]) / middle(runs[who, False]):.2f} × its time on the small input",
            f"{peak_mib(runs[who, True]):,.0f} MiB",
        )
        for who, label in ((BARE, "bare DuckDB"), ("authmeter", "authmeter run"))
    ] + [Row("added time, authmeter to bare DuckDB", "", f"{added['authmeter'] / added[BARE]:.2f}")]


def nothing_new(cache: Cache, logs: Logs, rounds: int) -> list[Row]:
    """A run that finds nothing to do, against an empty Dagster job of ten steps in one process."""
    idle: list[Run] = []
    empty: list[Run] = []
    with cache.data(logs, logs.days[-1:]) as data:
        authmeter(data, logs.days[-1])
        home = data / "empty-dagster"
        command = [sys.executable, str(_PEER_FOLDER / "empty_dagster.py"), str(home)]
        run(command)
        for _ in range(rounds):
            idle.append(authmeter(data, logs.days[-1]))
            empty.append(run(command))
    return [
        _row("empty Dagster job, ten steps, one process (the yardstick)", empty, empty),
        _row("authmeter run, nothing new", idle, empty),
    ]


def one_more_day(cache: Cache, logs: Logs, rounds: int) -> list[Row]:
    """The last day of `logs` on top of all the others, against the first day alone."""
    first: list[Run] = []
    later: list[Run] = []
    stored_days = logs.days[:-1]
    warm([logs.files[0], logs.files[-1]])
    with cache.data(logs, stored_days) as stored:
        authmeter(stored, stored_days[-1])
        for _ in range(rounds):
            with cache.data(logs, logs.days[:1]) as data:
                first.append(authmeter(data, logs.days[0]))
            with cache.data(logs, logs.days[-1:], start=stored) as data:
                later.append(authmeter(data, logs.days[-1]))
    return [
        _row("the first day alone (the yardstick)", first, first),
        _row(f"one more day on top of {len(stored_days)} stored ones", later, first),
    ]


def _row(what: str, runs: Sequence[Run], yardstick: Sequence[Run]) -> Row:
    times = [one.seconds for one in runs]
    spread = f" ({min(times):.2f}–{max(times):.2f})" if len(times) > 1 else ""
    ratio = f"{middle(runs) / middle(yardstick):.2f}"
    return Row(what, f"{middle(runs):.2f} s{spread}", ratio, f"{peak_mib(runs):,.0f} MiB")


def _answer(one: Run) -> dict[str, int]:
    found = _ANSWER.search(one.output)
    if found is None:
        raise BenchError(f"a peer gave no answer:\n{one.output[-500:]}")
    answer: dict[str, int] = json.loads(found.group())
    return answer
