"""Promise 12: retention removes exactly what its settings name, `verify` finds every change, stores of other versions
are upgraded or refused, a copy taken during runs is whole, and the status describes the last run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import duckdb
import polars as pl

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import HISTORY, environment, first_difference, installation, land_day, tables
from pipelines.common.errors import AuthmeterError
from pipelines.common.project import PROJECT
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.contract.status import Status
from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration.home import forget_old_runs
from pipelines.run.run_end import failures_noted, note_end
from pipelines.run.status import status_of
from pipelines.run.verify import VerifyReport, verify
from pipelines.store.manifest import SCHEMA_VERSION
from pipelines.store.part_records import record_files
from pipelines.store.store import Store
from tests.older_store import make_older, write_older
from tests.support import DAY, DataFolder, Row, days_before, morning_after, record, records, writable

KEEP = "retention_days = 60\nkeep_events_days = 61\nkeep_days = 75\n"


# ---- retention


def stored_days(folder: DataFolder) -> set[date]:
    """The days of all events on disk, whatever the manifest says of them."""
    files = [f for f in folder.store.warehouse.glob("events/*/*.parquet") if f.name != "rejects.parquet"]
    return {day for file in files for day in pl.read_parquet(file, columns=["day"])["day"] if day}


def span_files(first: date, last: date, draw: random.Random) -> dict[date, list[Row]]:
    """Logs of a span of days, with gaps, in files of one to twelve days each, by the last of these days."""
    files, day = {}, first
    while day <= last:
        span = [day + timedelta(days=n) for n in range(0, draw.randint(1, 13), draw.randint(1, 4))]
        files[span[-1]] = [row for one in span for row in records(draw.randint(1, 6), one)]
        day = span[-1] + timedelta(days=draw.randint(1, 3))
    return files


def retention(tries: int, work: Path) -> Result:
    """Each try is a folder run on over many days, looked at after each run, beside one that keeps everything."""
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
    """A run that ends at one of its renames."""
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


def runs_forgotten(tries: int, work: Path) -> Result:
    """Dagster's record of runs, cut at a random age."""
    tally = Tally(12, "Retention of Dagster's record of runs, cut at a random age")

    @dg.job
    def small() -> None:
        pass

    for seed in range(tries):
        home = work / f"dagster{seed}"
        home.mkdir()
        with dg.DagsterInstance.from_config(str(_instance(home))) as instance:
            made = []
            for _ in range(5):
                run = small.execute_in_process(instance=instance)
                folder = Path(instance.storage_directory()) / run.run_id
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "log").write_text("said")
                made.append(run.run_id)
                time.sleep(0.02)
            cut = random.Random(seed).randint(0, 5)
            times = [instance.get_run_records(dg.RunsFilter(run_ids=[run]))[0].create_timestamp for run in made]
            edge = times[cut] if cut < 5 else times[-1] + timedelta(seconds=1)
            count = forget_old_runs(instance, edge + timedelta(days=90), 90)
            left = {run.run_id for run in instance.get_runs()}
            folders = {folder.name for folder in Path(instance.storage_directory()).iterdir() if folder.name in made}
            is_right = count == cut and left == folders == set(made[cut:])
            tally.check(is_right, f"seed {seed}: {count} of {cut} removed, {len(left)} left, {len(folders)} folders")
    return tally.result()


def _instance(home: Path) -> Path:
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    return home


# ---- verify


def report_of(folder: DataFolder) -> VerifyReport:
    """Return the report of `verify` on a folder."""
    return verify(folder.store, load_settings(folder.root), load_registry(folder.store.registry), None)


def tampering(tries: int, work: Path) -> Result:
    """A sound folder, changed in one place at a time."""
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
        given = {"VARCHAR": "'changed'", "DATE": "DATE '1999-01-01'", "BOOLEAN": f"{column} IS NOT true"}
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
    """A page that is not as SQLite wrote it: a flipped bit in a text of its own, SQLite cannot see."""
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


# ---- versions of the store


def versions(tries: int, work: Path) -> Result:
    """Stores as older versions wrote them, and as newer ones or nobody would."""
    tally = Tally(12, "Stores of an older version run on; of a newer one, or without a readable catalogue, are refused")
    base = installation(work / "base", days_before(DAY, 1))
    base.tables(days_before(DAY, 1))
    land_day(base, DAY)
    wanted = DataFolder(work / "wanted")
    shutil.copytree(base.root, wanted.root, dirs_exist_ok=True)
    wanted.tables(DAY)
    for seed in range(tries):
        draw, folder = random.Random(seed), DataFolder(work / "old")
        shutil.rmtree(folder.root)
        shutil.copytree(base.root, folder.root)
        if seed % 2:
            case, change = draw.choice(_REFUSED)
            change(folder.store)
            said = _said(lambda f=folder: f.tables(DAY))
            is_right = "what to do: " in said and (("newer" in said) == (case == "newer"))
            tally.check(is_right, f"seed {seed}, {case}: it says {said!r}")
            continue
        raw = make_older(folder.store)
        if draw.random() < 0.7:
            _as_version_1(raw, draw)
            write_older(folder.store, raw)
        if draw.random() < 0.3:
            _die_in_a_run(folder, DAY, draw)
        if draw.random() < 0.3:
            shutil.rmtree(folder.store.warehouse / "days" / draw.choice(sorted(raw["days"])))
        folder.tables(DAY)
        differs = first_difference(tables(folder.store.database, HISTORY), tables(wanted.store.database, HISTORY))
        is_upgraded = folder.store.catalogue.file.exists() and not folder.store.catalogue_faults()
        tally.check(is_upgraded and not differs, f"seed {seed}: {is_upgraded}, {differs}")
    return tally.result()


def _as_version_1(raw: dict[str, Any], draw: random.Random) -> None:
    """Write the manifest as the first versions did: with fewer fields."""
    raw["schema_version"] = 1
    for name in ("events_from", "days_from", "closed_before", "unreadable")[: draw.randint(2, 4)]:
        raw.pop(name, None)
    for entry in raw["files"]:
        for name in ("part_digest", "run_day", "earlier_parts", "is_gone", "mapping")[: draw.randint(3, 5)]:
            entry.pop(name, None)
    for entry in raw["days"].values():
        if draw.random() < 0.5:
            entry.pop("content", None)


def _older(**changes: Any) -> Callable[[Store], None]:
    return lambda store: write_older(store, make_older(store) | changes)


def _cut_json(store: Store) -> None:
    file = store.warehouse / "manifest.json"
    file.write_text(json.dumps(make_older(store))[:-40])


def _of_next_version(store: Store) -> None:
    with closing(sqlite3.connect(store.catalogue.file)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _cut(store: Store) -> None:
    os.truncate(store.catalogue.file, store.catalogue.file.stat().st_size // 2)


_REFUSED: list[tuple[str, Callable[[Store], None]]] = [
    ("newer", _of_next_version),
    ("newer", _older(schema_version=99)),
    ("lost", lambda store: store.catalogue.file.unlink()),
    ("cut", _cut),
    ("empty", lambda store: os.truncate(store.catalogue.file, 0)),
    ("no SQLite", lambda store: store.catalogue.file.write_text("[]" * 9999) and None),
    ("cut", _cut_json),
    ("wrong type", _older(files={"path": 1})),
]


def _said(run: Callable[[], object]) -> str:
    try:
        run()
    except AuthmeterError as error:
        return str(error)
    return ""


# ---- backup

RUNS = """
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from pipelines.common.errors import InUseError
from pipelines.common.lock import hold
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
    """While runs follow each other in another process, copies are taken; each is restored, verified and run."""
    tally = Tally(12, "Copies taken during runs (catalogue first, or under the lock), restored, verified, and run on")
    rounds = max(1, tries // 20)
    for seed in range(rounds):
        draw, source = random.Random(seed), DataFolder(work / f"source{seed}")
        process = subprocess.Popen(
            [sys.executable, "-c", RUNS, str(source.root), str(min(12, tries))], cwd=PROJECT, env=environment(),
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        copies = []
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
    """Copy the folder by the steps of docs/operator.md."""
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
    """Return the files that the copied catalogue names and the copy lacks."""
    manifest = copy.manifest
    lost = [
        e.part
        for e in manifest.files
        if e.part and e.status == "read" and not record_files(copy.store.part_folder(e.part))
    ]
    lost += [e.folder for e in manifest.days.values() if not copy.store.day_table(e, "channel_daily").exists()]
    return f"lost: {lost}" if lost else ""


# ---- status


def statuses(work: Path) -> Result:
    """`status.json` after runs that ended well, with a warning, or failed, and as time goes on."""
    tally = Tally(12, "status.json after good, warned, failed, killed and overdue runs: whole, and says what to do")
    folder, now = installation(work / "status", DAY, 9), morning_after(DAY)

    def check_state(state: str, *words: str, at: datetime = now) -> None:
        status = status_of(folder.root, at)
        written = Status.model_validate_json((folder.root / "status.json").read_bytes())
        is_right = status.state == state and all(word in " ".join(status.to_do) for word in words)
        tally.check(is_right and written.last_run == status.last_run, f"{state}: {status.state}, {status.to_do}")

    note_end(folder.root, now, None, None)
    check_state("empty", "authmeter run")
    folder.tables(DAY)
    note_end(folder.root, now, DAY, None)
    check_state("ok")
    check_state("late", "overdue", at=now + timedelta(days=3))
    _said(lambda: _failing(folder, AuthmeterError("It broke.", do="Mend it.")))
    check_state("failed", "It broke.", "Mend it.")
    for error in (RuntimeError("x"), OSError(28, "No space left on device"), MemoryError()):
        try:
            _failing(folder, error)
        except (AuthmeterError, RuntimeError):
            check_state("failed")
    note_end(folder.root, now, DAY, None)
    dead = subprocess.Popen(["true"])
    dead.wait()
    note = {"process": dead.pid, "doing": "run", "since": "2026-03-11T02:30:00+08:00"}
    folder.store.lock.write_text(json.dumps(note))
    check_state("failed", "was killed")
    folder.store.lock.write_text("")
    folder.write("authmeter.toml", "nonsense = 1\n")
    note_end(folder.root, datetime.now(UTC), DAY, AuthmeterError("A setting is wrong.", do="Mend it."))
    broken = Status.model_validate_json((folder.root / "status.json").read_bytes())
    tally.check(broken.state == "failed" and broken.to_do == ["Mend it."], f"broken settings: {broken}")
    (folder.root / "authmeter.toml").unlink()
    folder.land("cut.ndjson.gz", b"\x1f\x8b\x08\x00cut")
    folder.tables(DAY)
    note_end(folder.root, now, DAY, None)
    check_state("warning", "damaged_files: Do")
    return tally.result()


def _failing(folder: DataFolder, error: Exception) -> None:
    with failures_noted(folder.root, DAY):
        raise error


def trial(scale: float, work: Path) -> list[Result]:
    """Operation, one promise after another."""
    return [
        retention(some(12, scale), work),
        runs_forgotten(some(12, scale), work),
        tampering(some(200, scale, 9), work),
        versions(some(60, scale), work),
        backups(some(60, scale, 3), work),
        statuses(work),
    ]
