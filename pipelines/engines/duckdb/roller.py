"""The heavy step in DuckDB, second half: one day's live parts into the day's tables, by the plan of the roll-up."""

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.contract.day_tables import DayBooks
from pipelines.engines.base import DayEvents, DayPlan, Step
from pipelines.store.part_records import create_records

# What DuckDB takes at most for a device, in all that holds the devices of a range.
_DEVICE_BYTES = 200
_SOURCES = pa.schema([("filename", pa.string()), ("file", pa.int32()), ("source", pa.string())])


class DuckDBRoller:
    """Rolls days up over one open workbench."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: DayPlan, memory: int) -> None:
        """`memory` is what the connection may take, in bytes."""
        self._connection, self._plan, self._memory = connection, plan, memory
        for name, rows in plan.relations.items():
            connection.register(name, rows)

    def roll_up(self, events: DayEvents, target: Path) -> DayBooks:
        """De-duplicates the day's events and writes its tables into the empty folder `target`."""
        places = [
            (str(file), place, source)
            for part in events.parts for file in part.files for place, source in part.sources.items()
        ]  # fmt: skip
        sources = pa.table([list(column) for column in zip(*places, strict=True)], _SOURCES)
        self._connection.register("file_sources", sources)
        self._connection.execute("SET VARIABLE day = $day", {"day": events.day})
        # Views are made anew for each day: the plan of an older one keeps its values.
        create_records(self._connection, "live_records", events.parts)
        self._view("events", "SELECT * FROM live_records WHERE day = getvariable('day')")
        self._make(self._plan.copies, events.values)
        self._view("counted_records", self._plan.counted_records)
        self._make(self._plan.steps, events.values)
        self._make_devices(events.values)
        for table in self._plan.tables:
            file = str(target / f"{table.name}.parquet")
            written = self._connection.sql(table.query, params=_named(table.query, events.values))
            written.write_parquet(file, compression="zstd")
            # The books look at what was written, not at what was meant to be.
            self._connection.read_parquet(file, hive_partitioning=False).create_view(table.name, replace=True)
        return DayBooks(*self._connection.execute(self._plan.books).fetchall()[0])

    def _make(self, steps: tuple[Step, ...], values: Mapping[str, object]) -> None:
        for step in steps:
            kind = "VIEW" if step.is_read_once else "TABLE"
            query = f"CREATE OR REPLACE TEMP {kind} {step.name} AS {step.query}"
            self._connection.execute(query, _named(step.query, values))

    def _make_devices(self, values: Mapping[str, object]) -> None:
        for place, devices in enumerate(device_ranges(self._records(), self._memory)):
            given = {**values, **devices}
            self._make(self._plan.device_steps, given)
            for step in self._plan.device_sums:
                target = f"INSERT INTO {step.name}" if place else f"CREATE OR REPLACE TEMP TABLE {step.name} AS"
                self._connection.execute(f"{target} {step.query}", _named(step.query, given))

    def _records(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM events").fetchall()[0][0])

    def _view(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def device_ranges(records: int, memory: int) -> list[dict[str, int]]:
    """The ranges of devices that are made one after the other, so that those of so many records fit in memory.

    They are equally wide: hashes are spread evenly.
    """
    ranges = 1 + records * _DEVICE_BYTES // memory
    width, lowest = -(-(1 << 64) // ranges), -(1 << 63)
    return [
        {"first_device": first, "last_device": min(first + width, 1 << 63) - 1}
        for first in range(lowest, 1 << 63, width)
    ]


def _named(query: str, values: Mapping[str, object]) -> dict[str, object]:
    """Of the values those that a query names."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", query))}
