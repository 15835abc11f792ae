"""Draws the synthetic records with DuckDB, and writes them to log files of three formats.

It passes tables and variables to `sql/sample_draws.sql`. `write.py` decides which file gets which records; apps, shares
and faults are in `apps.py`, `behaviour.py` and `faults.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from pipelines.common.files.atomic import whole_file
from pipelines.contract.measures.sql import sql
from pipelines.sample.apps import SampleApp
from pipelines.sample.behaviour import (
    DRAWS,
    FAILING,
    RECORDS_PER_BLOCK,
    answer_rows,
    block_rows,
    browse_share,
    clock,
    keep_shares,
    kind_rows,
)
from pipelines.sample.faults import FAILING_SDK

FORMATS: Final = ("ndjson", "csv", "parquet")
_COPY: Final = {
    # One column of finished lines, so no quoting, and a delimiter that no line contains.
    "ndjson": r"COPY (FROM sample_lines) TO $path (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')",
    "csv": "COPY (FROM sample_events) TO $path (FORMAT csv, HEADER true)",
    "parquet": "COPY (FROM sample_events) TO $path (FORMAT parquet, COMPRESSION zstd)",
}
# Gives about 1.6 million distinct devices in a day of 5 million records.
_RECORDS_PER_DEVICE = 2.5
# Keeps people from returning on days with few records.
_LEAST_DEVICES = 64
_KEYS = ("block", "record", "repeat", "person", "attempt")
# Up to this many records DuckDB uses one thread. Planning such a day costs more than drawing it, so it is drawn once.
ONE_THREAD_EVENTS: Final = 122_880
_DRAWS: Final = "sample_draws"
_OF_DRAWN_DAY: Final = """
FROM drawn_day WHERE record_no >= getvariable('first_record') AND record_no < getvariable('last_record')
"""


@dataclass(frozen=True)
class SampleDay:
    """One day with logs: its records and its faults.

    `progress` runs from 0 on the first day of the sample to 1 on the last. The records from `late_from` on are
    delivered with the next day's logs. `faults` are variables of `sql/sample_draws.sql`.
    """

    day: date
    progress: float
    events: int
    late_from: int
    has_bad_lines: bool
    faults: Mapping[str, int]


class SignIns(NamedTuple):
    """Counts of an app's sessions by their last record.

    `sessions` are all, `cut` those cut by midnight, `signed_in` those that signed in. `failed_first` are those with a
    failure, of which `failed_first_cut` were cut and `failed_first_signed_in` signed in.

    `channel`, `stage` and `outcome` are of the last record of sessions that did not sign in; None for sessions that
    did.
    """

    app_key: str
    channel: str | None
    stage: str | None
    outcome: str | None
    sessions: int
    cut: int
    signed_in: int
    failed_first: int
    failed_first_cut: int
    failed_first_signed_in: int


class SampleRecords:
    """The records of a sample; `choose` a day, then `write` any range of its records."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, apps: list[SampleApp], events: int, seed: int) -> None:
        """`events` is the number of records a day."""
        self._connection = connection
        self._is_drawn_once = events <= ONE_THREAD_EVENTS
        self._apps = apps
        self._seed = seed
        # Odd, because visits are numbered by eights: so each device gets each role.
        self._devices = max(_LEAST_DEVICES, int(events / _RECORDS_PER_DEVICE)) | 1
        connection.execute("SET memory_limit = '2GB'")
        # Equal arguments must give equal bytes, also in the order of lines. A join keeps the order of its left side
        # only, and for small files the optimizer would swap the sides.
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
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

    def choose(self, day: SampleDay) -> None:
        """Set the day that is written next."""
        self._set({f"{name}_key": self._key(name, day.day) for name in _KEYS})
        self._set(
            {
                "day": day.day,
                "keep_shares": keep_shares(self._apps, day.day, day.progress),
                "browse_share": browse_share(day.day),
                "first_device": self._key("first device", day.day) % self._devices,
                "new_sdk_share": 0.25 + 0.5 * day.progress,
                **day.faults,
            }
        )
        if self._is_drawn_once:
            self._set({"first_record": 0, "last_record": day.events})
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE drawn_day AS {sql('pipelines.sample', _DRAWS)}")

    def write(self, path: Path, format: str, first: int, last: int) -> int:
        """Write records `first` to `last` - 1 of the chosen day; return the number of lines, repeats included."""
        self._view(first, last, "sample_events", "sample_lines")
        with whole_file(path) as temporary:
            row = self._connection.execute(_COPY[format], {"path": str(temporary)}).fetchone()
        assert row is not None
        return int(row[0])

    def requests(self) -> list[tuple[str, str, int, int, int, int]]:
        """Return technical requests, successes, verifications and results by app and channel; call `all_of` first."""
        return self._connection.execute(sql("pipelines.sample", "sample_requests")).fetchall()

    def verifications(self) -> list[tuple[str, str, int, int, int, int, int, int]]:
        """Return verifications by app, channel and hour; call `all_of` first. The counts are all, successful,
        mismatched, without a result, and billed.
        """
        return self._connection.execute(sql("pipelines.sample", "sample_verifications")).fetchall()

    def sign_ins(self) -> list[SignIns]:
        """Return the sessions by app and last record, after `all_of`."""
        return [
            SignIns(*row) for row in self._connection.execute(sql("pipelines.sample", "sample_sign_ins")).fetchall()
        ]

    def all_of(self, day: SampleDay) -> None:
        """Create the views `sample_events` and `sample_visits` over all records of the chosen day."""
        self._view(0, day.events, "sample_events", "sample_visits")

    def _view(self, first: int, last: int, *views: str) -> None:
        """Create the view `sample_draws` of these records, and the other views over it.

        They are created again for each range, because a view over variables keeps their types, and its plan their
        values.
        """
        self._set({"first_record": first, "last_record": last})
        drawn = _OF_DRAWN_DAY if self._is_drawn_once else sql("pipelines.sample", _DRAWS)
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_DRAWS} AS {drawn}")
        for view in views:
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {sql('pipelines.sample', view)}")

    def _set(self, values: Mapping[str, Any]) -> None:
        """Set session variables for the views, which take no bound parameters."""
        for name, value in values.items():
            self._connection.execute(f"SET VARIABLE {name} = ?", [value])

    def _table(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Create a table from one value, because inserting the rows of 2,000 apps one by one takes a second."""
        self._set({name: rows})
        self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT unnest(getvariable('{name}'), max_depth := 2)")

    def _key(self, name: str, day: date | None) -> int:
        """Return a 60-bit number from which hashes start; SHA-256 makes days and seeds independent."""
        return int.from_bytes(hashlib.sha256(f"{self._seed}/{name}/{day}".encode()).digest()[:8]) >> 4
