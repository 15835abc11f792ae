"""Measures runs on whole days, each against a yardstick: the whole command, more records, and one more day.

Each function returns the rows of a table. `reading.py` measures files and forms, `rendering.py` the site.
"""

import re
from collections.abc import Sequence
from statistics import median

from bench.contestants import BARE, PEERS, answer, authmeter, peer, why_not
from bench.inputs import Cache, Logs, warm
from bench.measure import BenchError, Run
from bench.tables import Row, Target, memory, middle, peak_gb, ratio, timed

WHOLE_LIMIT, GROWTH_LIMIT, ONE_MORE_DAY_LIMIT = 5.0, 2.5, 1.2
# GB, of 5 and of 20 million records.
MEMORY_LIMIT, LARGE_MEMORY_LIMIT = 2.0, 4.0
# Peers beside the yardstick are measured as often at most: some of them take a minute.
PEER_ROUNDS = 3
# `ingest     1 file, 202,019 records  3.21 s`, as pipelines/common/process/progress.py prints it.
_STAGE = re.compile(r"^([a-z][\w ]*?)  +.*?  (\d+\.\d+) s$", re.MULTILINE)


def whole_command(cache: Cache, logs: Logs, rounds: int, peers: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """Measure the `run` command on a new data folder, against peers that do the bare job.

    Return the rows of the programs, and the rows of the command's stages.
    """
    warm(logs.files)
    able = [name for name in peers if why_not(name) is None]
    runs: dict[str, list[Run]] = {name: [] for name in ("authmeter", BARE, *able)}
    failed: dict[str, str] = {}
    for number in range(rounds):
        with cache.data(logs, logs.landing()) as data:
            runs["authmeter"].append(authmeter(data, logs.days[-1]))
        runs[BARE].append(peer(BARE, *logs.files))
        expected = answer(runs[BARE][-1])
        for name in [name for name in able if name not in failed and number < PEER_ROUNDS]:
            try:
                runs[name].append(peer(name, *logs.files))
                if answer(runs[name][-1]) != expected:
                    failed[name] = f"another answer: {answer(runs[name][-1])} instead of {expected}"
            except BenchError as error:
                failed[name] = str(error).splitlines()[-1][:120]
    rows = [
        timed("bare DuckDB: one typed read, one group (the yardstick)", runs[BARE], runs[BARE]),
        timed("authmeter run, whole command, fresh data folder", runs["authmeter"], runs[BARE], WHOLE_LIMIT),
        memory("its peak memory", runs["authmeter"], MEMORY_LIMIT),
    ]
    for name in peers:
        reason = why_not(name) or failed.get(name)
        label = PEERS[name][0]
        rows.append(Row(label, "not run", reason) if reason else timed(label, runs[name], runs[BARE]))
    return rows, stages(runs["authmeter"])


def stages(runs: Sequence[Run]) -> list[Row]:
    """Return a row for each stage that the command prints, with its share of the whole time, and a row for the
    remaining time.
    """
    total, medians = middle(runs), stage_medians(runs)
    rest = total - sum(medians.values())
    return [
        Row(name, f"{seconds:.2f} s", f"{seconds / total:.0%}")
        for name, seconds in [*medians.items(), ("start, Dagster and all else", rest)]
    ]


def stage_medians(runs: Sequence[Run]) -> dict[str, float]:
    """Return the median seconds of each stage that the runs printed, by stage."""
    found: dict[str, list[float]] = {}
    for one in runs:
        for name, seconds in _STAGE.findall(one.output):
            found.setdefault(name, []).append(float(seconds))
    return {name: median(values) for name, values in found.items()}


def growth(cache: Cache, small: Logs, large: Logs, rounds: int) -> list[Row]:
    """Measure how much longer a run on `large` takes than a run on `small`, for authmeter and for bare DuckDB."""
    runs: dict[tuple[str, bool], list[Run]] = {(who, big): [] for who in ("authmeter", BARE) for big in (False, True)}
    for _ in range(rounds):
        for logs in (small, large):
            warm(logs.files)
            with cache.data(logs, logs.landing()) as data:
                runs["authmeter", logs is large].append(authmeter(data, logs.days[-1]))
            runs[BARE, logs is large].append(peer(BARE, *logs.files))
    added = {who: middle(runs[who, True]) - middle(runs[who, False]) for who in ("authmeter", BARE)}
    found = ratio(added["authmeter"], added[BARE])
    return [
        *(
            Row(
                f"{label}: {middle(runs[who, False]):.2f} s → {middle(runs[who, True]):.2f} s",
                f"{added[who]:+.2f} s",
                f"{middle(runs[who, True]) / middle(runs[who, False]):.2f} × its time on the small input",
                f"{peak_gb(runs[who, True]):.2f} GB",
            )
            for who, label in ((BARE, "bare DuckDB"), ("authmeter", "authmeter run"))
        ),
        Row("added time, authmeter to bare DuckDB", ratio=f"{found:.2f}", target=Target(found, GROWTH_LIMIT)),
        memory("peak memory on the large input", runs["authmeter", True], LARGE_MEMORY_LIMIT),
    ]


def one_more_day(cache: Cache, logs: Logs, rounds: int) -> list[Row]:
    """Measure a run for the last day of `logs` on a folder with all earlier days, against a run for the first day on a
    new folder.
    """
    first: list[Run] = []
    later: list[Run] = []
    stored_days = len(logs.days) - 1
    with cache.data(logs, logs.landing(last=stored_days)) as stored:
        authmeter(stored, logs.days[stored_days - 1])
        warm([logs.files[0], logs.files[-1]])
        for _ in range(rounds):
            with cache.data(logs, logs.landing(last=1)) as data:
                first.append(authmeter(data, logs.days[0]))
            with cache.data(logs, logs.landing(first=stored_days), start=stored) as data:
                later.append(authmeter(data, logs.days[-1]))
    return [
        timed("the first day alone (the yardstick)", first, first),
        timed(f"one more day on top of {stored_days} stored ones", later, first, ONE_MORE_DAY_LIMIT),
    ]
