"""Writes synthetic logs and a registry, for `authmeter sample` and `authmeter demo`.

This module decides which files a day gets. `folder.py` labels the folder, `records.py` draws and writes the records,
`truth.py` writes the planted incidents, and `bills.py` the files about billing. The days are business days of
Asia/Shanghai. The same arguments give the same bytes, on any number of threads.
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb

from pipelines.common.days import FIRST_DAY, is_within_calendar
from pipelines.common.errors import UsageError
from pipelines.common.files.atomic import whole_file
from pipelines.common.text import counted
from pipelines.sample.apps import SMALLEST_WITH_EDGE_CASES, sample_apps, write_registry
from pipelines.sample.bills import LEAST_EVENTS, SampleBills, accounts_of, remove_bills
from pipelines.sample.faults import DAYS_WITH_ALL, Faults, faults
from pipelines.sample.folder import prepare_folder
from pipelines.sample.records import FORMATS, SampleDay, SampleRecords, SignIns, days_at_once, is_drawn_once
from pipelines.sample.truth import TRUTH, SampleTruth, newest_sign_ins
from pipelines.sample.used import Used

_DAYS_WITH_GROWTH = 10
_EVENTS_WITH_BAD_LINES = 100
_GOOD_EDGE_LINES = 6
_RECORDS_PER_LATE_ONE = 200


@dataclass(frozen=True)
class SampleReport:
    """Numbers of a written sample. `events` are distinct valid records; `lines` includes repeats and `bad_lines`."""

    first_day: date
    last_day: date
    missing_day: date | None
    apps: int
    events: int
    lines: int
    bad_lines: int
    files: int
    bytes: int


@dataclass(frozen=True)
class SampleSpec:
    """The parameters of a sample.

    Args:
        days: number of days up to `last_day`. With 10 days or more (and 3 apps), an SDK version fails in the last
            third; with 20, one day has no logs; with 56 (and 4 apps), there are more faults, see `faults.py`. With 56
            days, 4 apps and 5,000 events, the registry has packages, consoles and bills, see `bills.py`.
        apps: number of registered apps. With 4 or more, the last one has no logs, and an unregistered app with logs is
            added.
        events: distinct valid records a day. About 1 % are delivered twice, and the last half per cent of a day come
            with the next day's logs. From 100 records on, every seventh day has a small file of bad lines.
        seed: another seed gives other people and draws and, with 56 days and 4 apps, other faults. The apps stay the
            same.
        last_day: the last business day.
        format: `ndjson`, `csv` or `parquet`; bad lines are always NDJSON.
        quiet: no faults, and every day has logs.
    """

    days: int
    apps: int
    events: int
    seed: int
    last_day: date
    format: str = "ndjson"
    quiet: bool = False

    @property
    def first_day(self) -> date:
        """The first business day of the sample."""
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def has_bills(self) -> bool:
        """Whether the registry has packages, limits, consoles and bills, which only large samples can show well."""
        is_large = self.apps >= SMALLEST_WITH_EDGE_CASES and self.events >= LEAST_EVENTS
        return is_large and self.days >= DAYS_WITH_ALL and not self.quiet

    @property
    def command(self) -> str:
        """The command that makes the same sample again."""
        return (
            f"authmeter sample --days {self.days} --apps {self.apps} --events {self.events} --seed {self.seed} "
            f"--format {self.format} --last-day {self.last_day}{' --quiet' if self.quiet else ''}"
        )


def write_sample(out: Path, spec: SampleSpec, progress: Callable[[int], None] | None = None) -> SampleReport:
    """Write synthetic logs to `out/landing`, their registry to `out/registry`, and the faults to `sample_truth.json`.

    Args:
        out: the folder; an earlier sample in it is replaced, any other logs or registry in it are an error.
        progress: called with the number of days done, once for each day, after its batch of days is written.

    Raises:
        UsageError: days, apps or events are below 1, no run can have one of the days, the format is unknown, or `out`
            has logs or a registry that are no sample.
    """
    if min(spec.days, spec.apps, spec.events) < 1:
        raise UsageError("Days, apps and events must each be 1 or more.", do="Give whole numbers of at least 1.")
    if not is_within_calendar(spec.last_day) or spec.days > (spec.last_day - FIRST_DAY).days + 1:
        raise UsageError(
            f"{counted(spec.days, 'day')} up to {spec.last_day} are not all days of a run.",
            where="--days, --last-day",
            why=f"authmeter has no days before {FIRST_DAY}, and none of the last year of the calendar.",
            do="Give fewer days, or another last day.",
        )
    if spec.format not in FORMATS:
        raise UsageError(f"The format {spec.format!r} does not exist.", do=f"Use one of {', '.join(FORMATS)}.")
    landing = out / "landing"
    prepare_folder(landing, out / "registry", spec.command)
    remove_bills(out / "registry", out / TRUTH)
    made = sample_apps(spec.apps)
    wrong = Faults() if spec.quiet else faults(spec.days, made, spec.seed)
    plan = sample_days(spec, wrong)
    truth = SampleTruth(wrong, spec.first_day, spec.days)
    used = Used(accounts_of(made), spec.first_day, spec.days, wrong.missing_day) if spec.has_bills else None
    write_registry(out / "registry", made, plan[0].day)
    done: list[_WrittenDay] = []
    with ExitStack() as stack:
        free: SimpleQueue[SampleRecords] = SimpleQueue()
        # Days that DuckDB draws in one thread leave other cores to other days.
        cores = (os.cpu_count() or 1) if is_drawn_once(spec.events) else 1
        step = days_at_once(spec.events)
        starts = range(0, len(plan), step)
        for _ in range(min(cores, len(starts))):
            connection = stack.enter_context(duckdb.connect())
            free.put(SampleRecords(connection, made, spec.events, spec.seed))
        pool = stack.enter_context(ThreadPoolExecutor(cores))

        def write_some(start: int) -> list[_WrittenDay]:
            records, days = free.get(), plan[start : start + step]
            try:
                return _write_days(
                    spec, landing, plan, made[0].app_key, records, days,
                    has_requests=bool(wrong.rates), has_uses=used is not None,
                )  # fmt: skip
            finally:
                free.put(records)

        for written in chain.from_iterable(pool.map(write_some, starts)):
            done.append(written)
            if wrong.rates:
                truth.add((written.day - spec.first_day).days, written.requests, written.sign_ins)
            if used:
                used.add((written.day - spec.first_day).days, written.verifications)
            if progress is not None:
                progress(len(done))
        if used and wrong.missing_day is not None:
            # The provider counted the day without logs too.
            records = free.get()
            day = _day(spec, wrong, wrong.missing_day)
            records.choose([day])
            used.add(wrong.missing_day, records.verifications()[day.day])
    bills = SampleBills(used, made) if used else None
    if bills:
        bills.write(out / "registry")
    truth.write(
        out / TRUTH, spec.command, newest_sign_ins(done[-1].day, done[-1].sign_ins), bills.truth() if bills else {}
    )
    gap = wrong.missing_day
    return SampleReport(
        first_day=spec.first_day,
        last_day=spec.last_day,
        missing_day=None if gap is None else spec.first_day + timedelta(days=gap),
        apps=len(made),
        events=spec.events * len(plan),
        lines=sum(of_day.lines for of_day in done),
        bad_lines=sum(of_day.bad_lines for of_day in done),
        files=sum(len(of_day.files) for of_day in done),
        bytes=sum(file.stat().st_size for of_day in done for file in of_day.files),
    )


@dataclass(frozen=True)
class _WrittenDay:
    """The files of one day, the number of their lines, and the counts of the day's records from `SampleRecords`."""

    day: date
    files: list[Path]
    lines: int
    bad_lines: int
    requests: list[tuple[str, str, int, int, int, int]]
    verifications: list[tuple[str, str, int, int, int, int, int, int]]
    sign_ins: list[SignIns]


def _write_days(
    spec: SampleSpec, landing: Path, plan: Sequence[SampleDay], app_key: str, records: SampleRecords,
    days: Sequence[SampleDay], *, has_requests: bool, has_uses: bool,
) -> list[_WrittenDay]:  # fmt: skip
    """Write the files of `days`, which are days of `plan`. The last records of a day go into the next day's folder.

    `app_key` is the app of bad lines. Requests are counted if `has_requests`, verifications by hour if `has_uses`.
    """
    records.choose(days)
    has_sign_ins = has_requests or days[-1] is plan[-1]
    requests = records.requests() if has_requests else {}
    verifications = records.verifications() if has_uses else {}
    sign_ins = records.sign_ins() if has_sign_ins else {}
    next_days = dict(pairwise(day.day for day in plan))
    written = []
    for day in days:
        files = [landing / f"{day.day}" / f"part-0000.{spec.format}"]
        lines = records.write(files[-1], spec.format, day.day, 0, day.late_from)
        bad_lines = 0
        if day.late_from < day.events:
            files.append(landing / f"{next_days[day.day]}" / f"late-{day.day}.{spec.format}")
            lines += records.write(files[-1], spec.format, day.day, day.late_from, day.events)
        if day.has_bad_lines:
            texts = _edge_lines(day.day, app_key)
            files.append(landing / "edge" / f"bad-lines-{day.day}.ndjson")
            with whole_file(files[-1]) as temporary:
                temporary.write_text("".join(f"{text}\n" for text in texts), "utf-8")
            lines += len(texts)
            bad_lines = len(texts) - _GOOD_EDGE_LINES
        counts = requests.get(day.day, []), verifications.get(day.day, []), sign_ins.get(day.day, [])
        written.append(_WrittenDay(day.day, files, lines, bad_lines, *counts))
    return written


def sample_days(spec: SampleSpec, wrong: Faults) -> list[SampleDay]:
    """Return the days of the sample that have logs, oldest first, with the faults in `wrong`."""
    return [_day(spec, wrong, position) for position in range(spec.days) if position != wrong.missing_day]


def _day(spec: SampleSpec, wrong: Faults, position: int) -> SampleDay:
    newest = spec.days - 1
    has_bad_lines = position % 7 == 3 and spec.events >= _EVENTS_WITH_BAD_LINES
    # The file of bad lines has some good records too; together a day has exactly `events` of them.
    own = spec.events - _GOOD_EDGE_LINES * has_bad_lines
    return SampleDay(
        day=spec.first_day + timedelta(days=position),
        progress=position / newest if spec.days >= _DAYS_WITH_GROWTH else 1.0,
        events=own,
        late_from=own - (own // _RECORDS_PER_LATE_ONE if position < newest else 0),
        has_bad_lines=has_bad_lines,
        faults=wrong.settings(position),
    )


def _edge_lines(day: date, app_key: str) -> list[str]:
    """Return good records, the first with a broken optional field, followed by the same number of lines that must be
    rejected. More rejected lines would cause a warning about the file.
    """
    good = {
        "event_id": f"edge-{day:%Y%m%d}-1",
        "event_time": f"{day}T09:30:00.000+08:00",
        "app_key": app_key,
        "channel": "one_click",
        "stage": "prefetch",
        "outcome": "success",
    }
    records: list[dict[str, Any]] = [
        {**good, "latency_ms": -5, "sdk_version": "2.14.5"},
        *({**good, "event_id": f"edge-{day:%Y%m%d}-{number}"} for number in range(6, 5 + _GOOD_EDGE_LINES)),
        {**good, "event_id": None},
        {**good, "event_id": f"edge-{day:%Y%m%d}-2", "channel": "fax"},
        {**good, "event_id": f"edge-{day:%Y%m%d}-3", "event_time": "yesterday"},
        {**good, "event_id": f"edge-{day:%Y%m%d}-4", "outcome": None, "phone": "16000000000"},
        {**good, "event_id": f"edge-{day:%Y%m%d}-5", "app_key": "sample app"},
    ]
    lines = [json.dumps(record, separators=(",", ":")) for record in records]
    return [*lines, lines[0][: len(lines[0]) // 2]]
