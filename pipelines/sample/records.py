"""Draws the synthetic records with DuckDB, and writes them to log files of three formats.

This module passes tables and variables to `sql/sample_draws.sql`. `write.py` decides which file gets which records;
apps, shares and faults are in `apps.py`, `behaviour.py`, `answers.py` and `faults.py`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import polars as pl

from pipelines.common.files.atomic import whole_file
from pipelines.contract.measures.sql import sql
from pipelines.sample.answers import DRAWS, answer_rows
from pipelines.sample.apps import SampleApp
from pipelines.sample.behaviour import (
    FAILING,
    RECORDS_PER_BLOCK,
    block_rows,
    browse_share,
    clock,
    keep_shares,
    kind_rows,
)
from pipelines.sample.faults import FAILING_SDK

FORMATS: Final = ("ndjson", "csv", "parquet")
# Columns by which records are selected from the relation `finished`. They are not written.
_PLACE: Final = "day_no, record_no"
_ROWS: Final = f"""(
    SELECT * EXCLUDE ({_PLACE}) FROM finished
    WHERE day_no = $day_no AND record_no >= $first AND record_no < $last
)"""
_COPY: Final = {
    # One column of finished lines, so no quoting, and a delimiter that no line contains.
    "ndjson": rf"COPY {_ROWS} TO $path (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')",
    "csv": f"COPY {_ROWS} TO $path (FORMAT csv, HEADER true)",
    "parquet": f"COPY {_ROWS} TO $path (FORMAT parquet, COMPRESSION zstd)",
}
_FINISHED: Final = {"ndjson": "sample_lines", "csv": "sample_events", "parquet": "sample_events"}
# Gives about 1.6 million distinct devices in a day of 5 million records.
_RECORDS_PER_DEVICE = 2.5
# On days with few records, fewer devices would return within minutes.
_LEAST_DEVICES = 64
_KEYS = ("block", "record", "repeat", "person", "attempt")
# DuckDB draws up to this many records in one thread, with the 1 % of repeats. Planning a small day costs more than
# drawing it, so that days are drawn together up to this number, and only once.
_ONE_THREAD_EVENTS: Final = 120_000


@dataclass(frozen=True)
class SampleDay:
    """One day with logs: its records and its faults."""

    day: date
    # Rises from 0 on the first day of the sample to 1 on the last; in short samples it is always 1.
    progress: float
    # The number of records.
    events: int
    # The records from this one on are delivered with the next day's logs.
    late_from: int
    has_bad_lines: bool
    # Variables of `sql/sample_draws.sql`.
    faults: Mapping[str, int]


class SignIns(NamedTuple):
    """Numbers of a group of an app's sessions.

    Sessions that neither signed in nor were cut by midnight are grouped by `channel`, `stage` and `outcome` of their
    last record. All other sessions are one group, whose channel, stage and outcome are None.
    """

    app_key: str
    channel: str | None
    stage: str | None
    outcome: str | None
    # All sessions of the group, those that midnight cut, and those that signed in.
    sessions: int
    cut: int
    signed_in: int
    # Sessions with a failure before any sign-in, and how many of them were cut or signed in.
    failed_first: int
    failed_first_cut: int
    failed_first_signed_in: int


def is_drawn_once(events: int) -> bool:
    """Return whether a day with `events` records is drawn once and stored; else each query draws it again."""
    return events <= _ONE_THREAD_EVENTS


def days_at_once(events: int) -> int:
    """Return how many days, of `events` records each, should be passed to one call of `SampleRecords.choose`."""
    return max(1, _ONE_THREAD_EVENTS // events)


class SampleRecords:
    """The records of a sample: `choose` some days, then `write` ranges of the records of any chosen day."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, apps: list[SampleApp], events: int, seed: int) -> None:
        """`events` is the number of records a day."""
        self._connection = connection
        self._is_drawn_once = is_drawn_once(events)
        self._apps = apps
        self._seed = seed
        # An odd number: visits of the same place in a block are eight numbers apart, so each device gets each place.
        self._devices = max(_LEAST_DEVICES, int(events / _RECORDS_PER_DEVICE)) | 1
        self._days: list[date] = []
        self._finished = ""
        connection.execute("SET memory_limit = '2GB'")
        # Equal arguments must give equal bytes, also in the order of lines. A join keeps the order of its left side
        # only, and for small files the optimizer would swap the sides. It would also materialize the part that
        # both halves of `sample_draws` have in common, and several threads read a materialized query in any order.
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side,common_subplan'")
        self._set(
            {
                "apps": sum(app.has_logs for app in apps),
                "blocks": -(-events // RECORDS_PER_BLOCK),
                "devices": self._devices,
                "draws": DRAWS,
                "clock": clock(),
                "device_key": self._key("device", None),
                "failing": FAILING,
                "failing_sdk": FAILING_SDK,
            }
        )
        connection.execute(sql("pipelines.sample", "macros"))
        self._table("sample_app", [vars(app) for app in apps if app.has_logs])
        self._table("sample_kind", kind_rows())
        self._table("sample_block", block_rows())
        self._table("sample_answer", answer_rows())

    def choose(self, days: Sequence[SampleDay]) -> None:
        """Choose some days. Until the next choice, the other methods and the views read only records of these days."""
        self._days = [day.day for day in days]
        self._finished = ""
        self._set({f"{name}_key": [self._key(name, day) for day in self._days] for name in _KEYS})
        self._set(
            {
                "day": self._days,
                "events": [day.events for day in days],
                # A list of lists would be copied for each record.
                "keep_shares": [share for day in days for share in keep_shares(self._apps, day.day, day.progress)],
                "browse_share": [browse_share(day) for day in self._days],
                "first_device": [self._key("first device", day) % self._devices for day in self._days],
                "new_sdk_share": [0.25 + 0.5 * day.progress for day in days],
                **{name: [day.faults[name] for day in days] for name in days[0].faults},
            }
        )
        drawn = sql("pipelines.sample", "sample_draws")
        if self._is_drawn_once:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE drawn_days AS {drawn}")
            drawn = "FROM drawn_days"
        self._view("sample_draws", drawn)
        for view in ("sample_events", "sample_lines", "sample_visits"):
            self._view(view, sql("pipelines.sample", view))

    def write(self, path: Path, format: str, day: date, first: int, last: int) -> int:
        """Write records `first` to `last` - 1 of a chosen day; return the number of lines, repeats included."""
        if self._finished != format:
            kind = "TABLE" if self._is_drawn_once else "VIEW"
            self._connection.execute(f"CREATE OR REPLACE TEMP {kind} finished AS FROM {_FINISHED[format]}")
            self._finished = format
        place = {"day_no": self._days.index(day) + 1, "first": first, "last": last}
        with whole_file(path) as temporary:
            row = self._connection.execute(_COPY[format], {"path": str(temporary), **place}).fetchone()
        assert row is not None
        return int(row[0])

    def requests(self) -> dict[date, list[tuple[str, str, int, int, int, int]]]:
        """Return rows by chosen day: app key, channel, authorizations (without cancelled and switched ones), successful
        authorizations, verifications, and verifications with a result.
        """
        return self._by_day("sample_requests")

    def verifications(self) -> dict[date, list[tuple[str, str, int, int, int, int, int, int]]]:
        """Return rows by chosen day: app key, channel, hour, and the numbers of all verifications and of successful,
        mismatched, unknown and billed ones.
        """
        return self._by_day("sample_verifications")

    def sign_ins(self) -> dict[date, list[SignIns]]:
        """Return the numbers of each app's sessions on each chosen day, in groups: see `SignIns`."""
        return {day: [SignIns(*row) for row in rows] for day, rows in self._by_day("sample_sign_ins").items()}

    def _by_day(self, statement: str) -> dict[date, list[Any]]:
        """Return the rows of a statement by chosen day, without their first column, the day."""
        found: dict[date, list[Any]] = {day: [] for day in self._days}
        for day, *row in self._connection.execute(sql("pipelines.sample", statement)).fetchall():
            found[day].append(tuple(row))
        return found

    def _view(self, name: str, query: str) -> None:
        """Create a view; each call of `choose` makes it again, because a view keeps its variables' types."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    def _set(self, values: Mapping[str, Any]) -> None:
        """Set session variables for the views, which take no bound parameters."""
        for name, value in values.items():
            self._connection.execute(f"SET VARIABLE {name} = ?", [value])

    def _table(self, name: str, rows: list[dict[str, Any]]) -> None:
        # Inserting the rows of 2,000 apps one by one takes a second.
        self._connection.register("rows", pl.DataFrame(rows, infer_schema_length=None))
        self._connection.execute(f"CREATE TEMP TABLE {name} AS FROM rows")
        self._connection.unregister("rows")

    def _key(self, name: str, day: date | None) -> int:
        """Return a 60-bit number from which hashes start; independent for each name, day and seed."""
        return int.from_bytes(hashlib.sha256(f"{self._seed}/{name}/{day}".encode()).digest()[:8]) >> 4
