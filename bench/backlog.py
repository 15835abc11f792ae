"""Measures runs that process many days: new logs of many days, and late records of many stored days.

`scenarios.py` measures runs of one large day.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.contestants import authmeter
from bench.inputs import Cache, Logs, kept_beside, warm
from bench.measure import Run
from bench.tables import Row, Target, peak_gb, ratio, user_middle

BACKLOG_LIMIT, LATE_LIMIT = 3.0, 3.0
# Logs of any age are accepted.
_SETTINGS = "retention_days = 5000\n"
_LATE_RECORDS = 20


def backlog(cache: Cache, days: int, events: int, rounds: int) -> list[Row]:
    """Measure a run on `days` days of `events` records, against a run on a single day with as many records in total.
    Each run reads one file.
    """
    many, one = cache.logs(days=days, apps=3, events=events), cache.logs(days=1, apps=3, events=days * events)
    runs: dict[str, list[Run]] = {"many": [], "one": []}
    for _ in range(rounds):
        for name, logs in (("many", many), ("one", one)):
            runs[name].append(_run_of(cache, logs, kept_beside(logs, "all.ndjson", partial(_join, logs))))
    return [
        _cpu(f"{days * events:,} records of one day (the yardstick)", runs["one"], runs["one"]),
        _cpu(f"{days:,} days of {events:,} records", runs["many"], runs["one"], BACKLOG_LIMIT),
    ]


def late_days(cache: Cache, days: int, events: int, rounds: int) -> list[Row]:
    """Measure a run on late records of all `days` stored days, against a run on as many late records of a single day.

    Each stored day has `events` records.
    """
    logs = cache.logs(days=days + 1, apps=3, events=events)
    runs: dict[int, list[Run]] = {days: [], 1: []}
    with cache.data(logs, logs.landing(last=days)) as stored:
        (stored / "authmeter.toml").write_text(_SETTINGS)
        authmeter(stored, logs.days[days - 1])
        for _ in range(rounds):
            for late in runs:
                file = kept_beside(logs, f"late-{late}.ndjson", partial(_write_late, logs, days, late))
                with cache.data(logs, {"late.ndjson": file}, start=stored) as data:
                    runs[late].append(authmeter(data, logs.days[days - 1]))
    return [
        _cpu(f"{days * _LATE_RECORDS:,} late records of one of {days} days (the yardstick)", runs[1], runs[1]),
        _cpu(f"as many of all {days} days of {events:,} records", runs[days], runs[1], LATE_LIMIT),
    ]


def _run_of(cache: Cache, logs: Logs, file: Path) -> Run:
    warm([file])
    with cache.data(logs, {"all.ndjson": file}) as data:
        (data / "authmeter.toml").write_text(_SETTINGS)
        return authmeter(data, logs.days[-1])


def _join(logs: Logs, target: Path) -> None:
    with target.open("wb") as out:
        for file in logs.files:
            out.write(file.read_bytes())


def _write_late(logs: Logs, days: int, late: int, target: Path) -> None:
    """Write a log file to `target`: records of the newest `late` of the `days` stored days, with new ids.

    The file has the same number of records for any `late`.
    """
    each = days * _LATE_RECORDS // late
    with target.open("w", encoding="utf-8") as out:
        for file in logs.files[days - late : days]:
            with file.open(encoding="utf-8") as lines:
                for _, line in zip(range(each), lines, strict=False):
                    record = json.loads(line)
                    out.write(json.dumps({**record, "event_id": f"late-{record['event_id']}"}) + "\n")


def _cpu(what: str, runs: Sequence[Run], yardstick: Sequence[Run], limit: float | None = None) -> Row:
    """Return a row with the median user CPU of `runs`, its ratio to the median user CPU of `yardstick`, and the peak
    memory of `runs`. `limit` is the highest allowed ratio.
    """
    found = ratio(user_middle(runs), user_middle(yardstick))
    target = None if limit is None else Target(found, limit)
    return Row(what, f"{user_middle(runs):.2f} CPU s", f"{found:.2f}", f"{peak_gb(runs):.2f} GB", target)
