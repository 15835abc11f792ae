"""Promise 12: retention removes exactly what its settings name, `verify` finds every change, and backups are
complete.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import polars as pl

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import HISTORY, environment, first_difference, installation, tables
from pipelines.common.errors import AuthmeterError
from pipelines.common.project import PROJECT
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.contract.tables.tables import TABLES
from pipelines.run.verify import VerifyReport, verify
from pipelines.store.part_records import record_files
from tests.support import DAY, DataFolder, Row, days_before, record, records, writable

KEEP = "retention_days = 60\nkeep_events_days = 61\nkeep_days = 75\n"


# ---- retention


def stored_days(folder: DataFolder) -> set[date]:
    """Return the days of all stored records, read from the files and not from the manifest."""
    files = [f for f in folder.store.warehouse.glob("events/*/*.parquet") if f.name != "rejects.parquet"]
    return {day for file in files for day in pl.read_parquet(file, columns=["day"])["day"] if day}


def span_files(first: date, last: date, draw: random.Random) -> dict[date, list[Row]]:
    """Return logs for some days from `first` to `last`, in files of one to thirteen days, by the last day of each
    file.
    """
    files, day = {}, first
    while day <= last:
        span = [day + timedelta(days=n) for n in range(0, draw.randint(1, 13), draw.randint(1, 4))]
        files[span[-1]] = [row for one in span for row in records(draw.randint(1, 6), one)]
        day = span[-1] + timedelta(days=draw.randint(1, 3))
    return files


def retention(tries: int, work: Path) -> Result:
    """Run folders with retention over many days. Compare each after every run with a folder that keeps everything."""
    tally = Tally(12, "Retention of events and days: what is on disk and published after each run, and late records")
    for seed in range(tries):
        draw, start = random.Random(seed), days_before(DAY, 40)
        kept, whole = DataFolder(work / f"kept{seed}"), DataFolder(work / f"whole{seed}")
        kept.write("authmeter.toml", KEEP)
        whole.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 40000\n")
        files = span_files(days_before(start, 58), DAY, draw)
        day = start
        while day <= DAY:
            for last in [last for last in files if last <= day]:
                rows = files.pop(last)
                kept.land(f"{last}.ndjson", rows)
                whole.land(f"{last}.ndjson", rows)
            if draw.random() < 0.3:
                _die_in_a_run(kept, day, draw)
            kept.tables(day)
            whole.tables(day)
            kept.store.clear_unfinished(kept.manifest)  # as the next run begins
            case = f"seed {seed}, {day}"
            wanted = {d for d in stored_days(whole) if d > days_before(day, 61)}
            tally.check(stored_days(kept) == wanted, f"{case}: events of {sorted(stored_days(kept) ^ wanted)}")
            expected = {d for d in whole.counted() if d > days_before(day, 75)}
            tally.check(set(kept.counted()) == expected, f"{case}: published {sorted(set(kept.counted()) ^ expected)}")
            tally.check(_same_days(kept, whole, expected), f"{case}: a figure differs")
            day += timedelta(days=draw.randint(1, 9))
        gone = days_before(kept.manifest.as_of or DAY, 61)
        for name, late in (("gone", gone), ("there", days_before(kept.manifest.as_of or DAY, 60))):
            kept.land(f"late-{name}.ndjson", [record(f"late-{name}", late)])
        kept.tables(kept.manifest.as_of or DAY)
        reasons = dict(kept.rows("SELECT path, reason FROM rejected_records"))
        tally.check(reasons == {"late-gone.ndjson": "too_old:event_time"}, f"seed {seed}: late records {reasons}")
        forced = frozenset(whole.counted())
        before = kept.counted()
        kept.tables(kept.manifest.as_of or DAY, forced=forced)
        tally.check(kept.counted() == before, f"seed {seed}: a backfill took days away")
        shutil.rmtree(kept.root)
        shutil.rmtree(whole.root)
    return tally.result("some runs died at a random rename before they were run again")


def _same_days(kept: DataFolder, whole: DataFolder, days: set[date]) -> bool:
    query = f"SELECT * FROM channel_daily WHERE day >= '{min(days)}' ORDER BY ALL"
    return kept.rows(query) == whole.rows(query)


def _die_in_a_run(folder: DataFolder, day: date, draw: random.Random) -> None:
    """Run a folder in this process until one of the first renames, as if the run were killed there."""
    left, real = draw.randint(0, 12), os.replace

    def replace(*given: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise RuntimeError("killed")
        real(*given)

    with mock.patch.object(os, "replace", replace):
        try:
            folder.tables(day)
        except RuntimeError:
            return


# ---- verify


def report_of(folder: DataFolder) -> VerifyReport:
    """Return the report of `verify` on a folder."""
    return verify(folder.store, load_settings(folder.root), load_registry(folder.store.registry), None)


def tampering(tries: int, work: Path) -> Result:
    """Change one thing at a time in a sound folder, and check that `verify` finds it."""
    tally = Tally(12, "`verify` on a sound folder, and on one that was changed in one random place")
    sound = installation(work / "sound", DAY)
    sound.tables(days_before(DAY, 1))
    sound.land("late.ndjson", records(3, days_before(DAY, 2), "late"))
    sound.tables(DAY)
    found = report_of(sound)
    tally.check(not found.differences and found.days == 3, f"sound: {found.differences}")
    ways = [_part_flipped, _part_lost, _day_changed, _day_lost, _published_changed, _published_row_lost,
            _restatements_lost, _books_changed, _catalogue_flipped]  # fmt: skip
    for seed in range(tries):
        draw = random.Random(seed)
        folder = DataFolder(work / "changed")
        shutil.rmtree(folder.root)
        shutil.copytree(sound.root, folder.root)
        way = ways[seed % len(ways)]
        what = way(folder, draw)
        try:
            is_found = bool(report_of(folder).differences)
        except AuthmeterError as error:
            # The books are published, too: with other books, `verify` demands a run.
            is_found = way is _books_changed or (way is _catalogue_flipped and "catalogue cannot be read" in str(error))
        tally.check(is_found, f"seed {seed}: {way.__name__[1:]} {what} was not found")
    return tally.result()


def _one(draw: random.Random, files: list[Path]) -> Path:
    return draw.choice(sorted(files))


def _part_flipped(folder: DataFolder, draw: random.Random) -> str:
    file = _one(draw, list(folder.store.warehouse.glob("events/*/records.parquet")))
    raw = bytearray(file.read_bytes())
    place = draw.randrange(len(raw))
    raw[place] ^= 1 << draw.randrange(8)
    file.write_bytes(raw)
    return f"{file.parent.name} at {place}"


def _part_lost(folder: DataFolder, draw: random.Random) -> str:
    part = _one(draw, list(folder.store.warehouse.glob("events/*")))
    shutil.rmtree(part)
    return part.name


def _day_changed(folder: DataFolder, draw: random.Random) -> str:
    live = [folder.store.day_folder(entry) for entry in folder.manifest.days.values()]
    file = _one(draw, [f for one in live for f in one.glob("*_daily.parquet")])
    frame = pl.read_parquet(file)
    numbers = [name for name, kind in frame.schema.items() if kind.is_integer()]
    column = draw.choice(numbers)
    frame.with_columns(pl.col(column) + 1).write_parquet(file)
    return f"{file.parent.parent.name} {file.stem}.{column}"


def _day_lost(folder: DataFolder, draw: random.Random) -> str:
    day = folder.store.day_folder(draw.choice(sorted(folder.manifest.days.items()))[1])
    (day / "latency_daily.parquet").unlink()
    return day.name


def _published_changed(folder: DataFolder, draw: random.Random) -> str:
    with closing(duckdb.connect(writable(folder.store.database))) as connection:
        filled = [n for n in sorted(TABLES) if connection.execute(f"SELECT count(*) FROM {n}").fetchall()[0][0]]
        table = draw.choice(filled)
        column, kind = draw.choice(sorted(TABLES[table].columns.items()))
        given = {"VARCHAR": "'changed'", "BOOLEAN": f"{column} IS NOT true"}
        given |= {time: f"{time} '1999-01-01'" for time in ("DATE", "TIMESTAMP", "TIMESTAMPTZ")}
        value = given.get(kind, f"coalesce({column}, 0) + 1")
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT min(rowid) FROM {table})")
    return f"{table}.{column}"


def _published_row_lost(folder: DataFolder, draw: random.Random) -> str:
    with closing(duckdb.connect(writable(folder.store.database))) as connection:
        filled = [n for n in sorted(TABLES) if connection.execute(f"SELECT count(*) FROM {n}").fetchall()[0][0]]
        table = draw.choice(filled)
        connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    return table


def _restatements_lost(folder: DataFolder, draw: random.Random) -> str:
    file = _one(draw, list(folder.store.warehouse.glob("restatements/*.parquet")))
    file.unlink()
    return file.name


def _catalogue_flipped(folder: DataFolder, draw: random.Random) -> str:
    """Overwrite a random page of the catalogue with random bytes, and return its number as text.

    SQLite cannot detect a single flipped bit in a stored text, so a whole page is overwritten.
    """
    file = folder.store.catalogue.file
    raw, page = bytearray(file.read_bytes()), 4096
    place = draw.randrange(len(raw) // page) * page
    raw[place : place + page] = draw.randbytes(page)
    file.write_bytes(raw)
    return f"page {place // page + 1}"


def _books_changed(folder: DataFolder, draw: random.Random) -> str:
    manifest = folder.manifest
    day = draw.choice(sorted(manifest.days))
    manifest.days[day].unmapped += 1
    folder.store.commit(manifest)
    return str(day)


# ---- backup

RUNS = """
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from pipelines.common.errors import InUseError
from pipelines.common.files.lock import hold
from lab.reliability.operation import land_day
from tests.support import DAY, DataFolder, days_before, records
folder = DataFolder(Path(sys.argv[1]))
for back in range(int(sys.argv[2]), -1, -1):
    day = days_before(DAY, back)
    land_day(folder, day)
    folder.land(f"late-{back}.ndjson", records(2, days_before(day, 2), f"late{back}-"))
    while folder.manifest.as_of != day:
        # While a copy is taken under the lock, a run is refused, and is started again.
        with suppress(InUseError), hold(folder.store.lock, "run", datetime.now(UTC)):
            folder.tables(day)
"""


# The command of docs/operator.md.
BACKUP = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))"


def backups(tries: int, work: Path) -> Result:
    """Copy a folder again and again while another process runs on it. Verify each copy, and continue with a run on
    it.
    """
    tally = Tally(12, "Copies taken during runs (catalogue first, or under the lock), restored, verified, and run on")
    rounds = max(1, tries // 20)
    for seed in range(rounds):
        draw, source = random.Random(seed), DataFolder(work / f"source{seed}")
        process = subprocess.Popen(
            [sys.executable, "-c", RUNS, str(source.root), str(min(12, tries))], cwd=PROJECT, env=environment(),
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        copies: list[DataFolder] = []
        while process.poll() is None and len(copies) < -(-tries // rounds):
            time.sleep(draw.uniform(0.05, 0.6))
            if source.store.catalogue.file.exists():
                copies.append(_copy(source, work / f"copy{seed}-{len(copies)}", locked=draw.random() < 0.25))
        if process.wait():
            tally.failed(f"round {seed}: the runs themselves failed")
        wanted = tables(source.store.database, HISTORY)
        for copy in copies:
            shutil.copytree(source.store.landing, copy.store.landing, dirs_exist_ok=True)
            damaged = _damaged(copy)
            try:
                copy.tables(DAY)
                found = damaged or "; ".join(report_of(copy).differences[:3])
                found = found or first_difference(tables(copy.store.database, HISTORY), wanted)
            except Exception as error:
                found = f"{damaged} {type(error).__name__}: {error}"
            tally.check(not found, f"{copy.root.name}: {found}")
            shutil.rmtree(copy.root)
    return tally.result()


def _copy(source: DataFolder, target: Path, locked: bool) -> DataFolder:
    """Copy a folder by the steps of docs/operator.md.

    If `locked`, its lock is held meanwhile. Otherwise the catalogue is copied first, then the other files.
    """
    copy, there = DataFolder(target), source.store.warehouse
    copy.store.warehouse.mkdir()
    if locked:
        subprocess.run(["flock", str(there / ".lock"), "cp", "-a", f"{there}/.", str(copy.store.warehouse)], check=True)
        return copy
    one, other = source.store.catalogue.file, copy.store.catalogue.file
    subprocess.run([sys.executable, "-c", BACKUP, str(one), str(other)], check=True)
    for name in ("events", "days", "restatements"):
        if (there / name).exists():
            # Files that the copied catalogue does not name may be removed during the copy.
            subprocess.run(["cp", "-a", str(there / name), str(copy.store.warehouse)], check=False, capture_output=True)
    return copy


def _damaged(copy: DataFolder) -> str:
    """Return a text with the parts and day folders that the copied catalogue names and the copy lacks. Empty if there
    are none.
    """
    manifest = copy.manifest
    lost = [
        e.part
        for e in manifest.files
        if e.part and e.status == "read" and not record_files(copy.store.part_folder(e.part))
    ]
    lost += [e.folder for e in manifest.days.values() if not copy.store.day_table(e, "channel_daily").exists()]
    return f"lost: {lost}" if lost else ""


def trial(scale: float, work: Path) -> list[Result]:
    """Try retention, `verify` and backups."""
    return [retention(some(12, scale), work), tampering(some(200, scale, 9), work), backups(some(60, scale, 3), work)]
