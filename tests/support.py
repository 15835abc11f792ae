"""Helpers of many tests: records with defaults, and a data folder that a test fills, runs in this process and reads.

Runs are without Dagster. Each test states the expected rows itself.
"""

from __future__ import annotations

import csv
import hmac
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.common.days import day_start, last_closed_day
from pipelines.contract.checks import CheckResult
from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.contract.tables.tables import TABLES
from pipelines.ingest.ingest import IngestReport
from pipelines.rollup.rollup import RollupReport
from pipelines.run.daily_run import DailyRun, open_run
from pipelines.store.database import shared_workbenches
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.published_file import published_run
from pipelines.store.store import Store

KEY = "a key for tests, 64 characters or not"
DAY = date(2026, 3, 10)
ZONE = "Asia/Shanghai"
Row = dict[str, Any]


def record(event_id: str, day: date = DAY, **changes: object) -> Row:
    """Return a record that counts: a successful authorization by one-click login at 10:00 of `day` in Shanghai.

    `changes` replace fields; None removes a field.
    """
    fields: Row = {
        "event_id": event_id, "event_time": f"{day}T10:00:00.000+08:00", "app_key": "shop", "channel": "one_click",
        "stage": "authorize", "outcome": "success", **changes,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def keyed_hash(text: str, key: str = KEY) -> UUID:
    """Return the stored hash of a device or phone."""
    return UUID(bytes=hmac.digest(key.encode(), text.encode(), "sha256")[:16])


def records(count: int, day: date = DAY, prefix: str = "e", **changes: object) -> list[Row]:
    """Return `count` records of a day with different ids."""
    return [record(f"{prefix}{day:%m%d}-{number}", day, **changes) for number in range(count)]


def lines(rows: Iterable[Row]) -> bytes:
    """Return records as NDJSON."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    """Return records by column, with every field of the contract. If a record lacks a field, its value is None."""
    return {name: [row.get(name) for row in rows] for name in FIELD_NAMES}


def as_csv(rows: list[Row], header: Sequence[str] = FIELD_NAMES) -> bytes:
    """Return records as CSV, by default with every field of the contract in the header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(columns: dict[str, Any]) -> bytes:
    """Return columns as a Parquet file with the types of their values."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def days_before(day: date, back: int) -> date:
    return day - timedelta(days=back)


def closed_day(stays: timedelta = timedelta(minutes=2), at: timedelta = timedelta(0)) -> date:
    """Return the newest day that is over in Shanghai by the machine's clock.

    If another day will be over within `stays`, wait for that day. A day is over at the time `at` of the next day:
    midnight, or the time of the schedule.
    """
    now = datetime.now(UTC) - at
    day = last_closed_day(now, ZONE)
    left = day_start(day + timedelta(days=2), ZONE) - now
    if left > stays:
        return day
    time.sleep(left.total_seconds() + 1)
    return day + timedelta(days=1)


def morning_after(day: date) -> datetime:
    """Return the usual time of the run that closes `day`: 02:30 of the next morning in Shanghai."""
    return datetime(day.year, day.month, day.day, 18, 30, tzinfo=UTC)


def write_key(file: Path, key: str) -> None:
    """Write a hash key to a file that only its owner may read."""
    file.write_text(key)
    file.chmod(0o600)


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection that all queries of the tests share.

    A new one for each query takes six times as long.
    """
    return duckdb.connect()


def published_rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a published file."""
    file = str(database).replace("'", "''")
    with closing(_reader().cursor()) as connection:
        connection.execute(f"ATTACH '{file}' AS authmeter (READ_ONLY)")
        try:
            connection.execute("USE authmeter")
            return connection.execute(query).fetchall()
        finally:
            connection.execute("USE memory")
            connection.execute("DETACH authmeter")


def damage_blocks(database: Path, every: int = 4) -> None:
    """Damage every fourth block of a published file, or every block with `every=1`, except the blocks without which the
    file has no run: a run makes a file without them again.

    The file has blocks of 256 kB, each with a checksum that is compared when the block is read.
    """
    content, run = database.read_bytes(), published_run(database)
    for place in range(3 * 4096 + 1000, len(content), every << 18):
        damaged = content[:place] + bytes(100) + content[place + 100 :]
        database.unlink()
        database.write_bytes(damaged)
        if published_run(database) == run:
            content = damaged
    database.unlink()
    database.write_bytes(content)


class DataFolder:
    """A data folder that a test fills, runs and reads back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(root)
        root.mkdir(parents=True, exist_ok=True)
        write_key(root / "hash.key", KEY)

    def land(self, path: str, rows: Iterable[Row] | bytes) -> Path:
        """Write a file into landing: records as NDJSON, or bytes. Return its path."""
        file = self.store.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.fresh")
        fresh.write_bytes(rows if isinstance(rows, bytes) else lines(rows))
        fresh.replace(file)
        return file

    def write(self, path: str, text: str) -> Path:
        """Write a file of settings, the registry or a source, and return its path."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def open(self, day: date = DAY, now: datetime | None = None, forced: frozenset[date] = frozenset()) -> DailyRun:
        """Open a run for `day`; the caller runs its steps.

        The run's clock shows `now`, by default 02:30 of the morning after `day`. The days `forced` are rolled up even
        if nothing changed.
        """
        run, _ = open_run(self.root)
        run.forced = forced
        run.now = now or morning_after(day)
        return run

    def tables(
        self, day: date = DAY, now: datetime | None = None, forced: frozenset[date] = frozenset()
    ) -> RollupReport:
        """Run up to the published tables, without the site."""
        with shared_workbenches(self.store.temp):
            run = self.open(day, now, forced)
            run.ingest(day)
            report = run.roll_up(day)
            run.build_marts()
        return report

    def roll_up(
        self, day: date = DAY, now: datetime | None = None, forced: frozenset[date] = frozenset()
    ) -> RollupReport:
        """Run up to the day tables, which takes half of the time of `tables`."""
        with shared_workbenches(self.store.temp):
            run = self.open(day, now, forced)
            run.ingest(day)
            return run.roll_up(day)

    def ingest(self, day: date = DAY, now: datetime | None = None) -> IngestReport:
        """Run only the first step, which reads new files."""
        return self.open(day, now).ingest(day)

    def publish(self, day: date = DAY, now: datetime | None = None, forced: frozenset[date] = frozenset()) -> DailyRun:
        """Run all steps, including the site."""
        with shared_workbenches(self.store.temp):
            run = self.open(day, now, forced)
            run.ingest(day)
            run.roll_up(day)
            run.build_marts()
            run.render_site()
        return run

    @property
    def manifest(self) -> Manifest:
        return self.store.read_manifest()

    def files(self, path: str) -> list[FileEntry]:
        """Return the manifest's entries of a landed path, the oldest content first."""
        return [entry for entry in self.manifest.files if entry.path == path]

    def statuses(self, path: str) -> list[str]:
        """Return the status of each content of a landed path, the oldest first."""
        return [entry.status for entry in self.files(path)]

    @property
    def warnings(self) -> list[CheckResult]:
        """The results of the checks that did not pass."""
        return [check for check in self.open().checks if not check.passed]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the published tables."""
        return published_rows(self.store.database, query)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of every published table in their stored order."""
        with closing(duckdb.connect(str(self.store.database), read_only=True)) as connection:
            return {name: connection.execute(f"FROM {name}").fetchall() for name in TABLES}

    def accepted(self) -> dict[date, int]:
        """Return the number of accepted records by day, with copies, of the contents that count, without a roll-up."""
        found: Counter[date] = Counter()
        for entry in self.manifest.live_files():
            found.update({day: rows.accepted for day, rows in entry.days.items()})
        return dict(found)

    def counted(self) -> dict[date, int]:
        """Return the number of records without copies by rolled-up day, from the day tables."""
        files = list(self.store.day_table_files(self.manifest, "outcome_daily").values())
        if not files:
            return {}
        query = "SELECT day, sum(records)::INTEGER FROM read_parquet($files) GROUP BY ALL ORDER BY ALL"
        with closing(_reader().cursor()) as connection:
            return dict(connection.execute(query, {"files": files}).fetchall())

    def stored(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Return `columns`, a list of SQL expressions, of a day table of all rolled-up days, sorted by value."""
        files = list(self.store.day_table_files(self.manifest, table).values())
        with closing(_reader().cursor()) as connection:
            query = f"SELECT {columns} FROM read_parquet($files) ORDER BY ALL"
            return connection.execute(query, {"files": files}).fetchall()

    def restated(self, columns: str) -> list[tuple[Any, ...]]:
        """Return `columns`, a list of SQL expressions, of all stored restatements, sorted by value."""
        files = [str(file) for file in self.store.restatement_files(self.manifest)]
        if not files:
            return []
        with closing(_reader().cursor()) as connection:
            query = f"SELECT {columns} FROM read_parquet($files) ORDER BY ALL"
            return connection.execute(query, {"files": files}).fetchall()


_LINE_SOURCE = """
name = "x"
files = ["*.txt"]
format = "lines"
[fields]
event_id = "{event_id}"
event_time = "'{day}T10:00:00+08:00'"
app_key = "'shop'"
channel = "'one_click'"
stage = "'authorize'"
outcome = "'success'"
"""


def write_line_source(data: Path, event_id: str) -> None:
    """Write a source `x` that makes each line of a `.txt` file a good record.

    `event_id` is the SQL expression of the record's id.
    """
    (data / "sources").mkdir(exist_ok=True)
    (data / "sources" / "x.toml").write_text(_LINE_SOURCE.format(event_id=event_id, day=DAY))


def tree(root: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder by relative path."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def writable(database: Path) -> str:
    """Make a published file writable again and return its path."""
    database.chmod(0o644)
    return str(database)


def finding(checks: Iterable[CheckResult], name: str) -> CheckResult:
    """Return the first result of the check `name`."""
    return next(check for check in checks if check.check_name == name)


# `Make` fills an empty data folder. `CopyOf` gives a test a copy of the folder that a `Make` filled.
Make = Callable[[DataFolder], None]
CopyOf = Callable[[Make], DataFolder]
