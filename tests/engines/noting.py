"""Replacements for tasks of the Spark engine that also write figures into a file for the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipelines.engines import steps
from pipelines.engines.spark import tasks
from pipelines.engines.spark.packing import add_rows
from pipelines.engines.steps import hash_ranges


class NotingTables:
    """Runs the task `count_records`. Each addition of rows to a table writes a line with their number to `file`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, *given: Any) -> Iterator[Any]:
        with patch.object(tasks, "add_rows", self._add_rows):
            yield from tasks.count_records(*given)

    def _add_rows(self, connection: Any, name: str, rows: Any) -> None:
        add_rows(connection, name, rows)
        # Short lines of several processes do not mix.
        with self._file.open("a") as noted:
            noted.write(f"{len(rows)}\n")


class NotingRanges:
    """Runs the task `count_devices` as if devices took much memory.

    For each bucket, it writes the number of ranges in which the devices are counted as a line to `file`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, *given: Any) -> Iterator[Any]:
        with patch.object(steps, "_HASH_BYTES", 10_000), patch.object(steps, "hash_ranges", self._ranges):
            yield from tasks.count_devices(*given)

    def _ranges(self, records: int, memory: int) -> list[tuple[int, int]]:
        ranges = hash_ranges(records, memory)
        with self._file.open("a") as noted:
            noted.write(f"{len(ranges)}\n")
        return ranges
