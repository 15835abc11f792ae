"""Rolls up days on Spark, by the plan of the roll-up.

A first job runs the first steps over all delivered events, copies included. A second job sends rows to buckets three
times:

1. Events, by a hash of the event_id. Each bucket runs the steps over records.
2. Their results: devices by `device_set`, other counted keys by `key_set`, sign-in records by subject, or by attempt if
   they have no device, and all other results by their key. Each bucket runs the steps over devices and keys, and finds
   the subjects of sign-in records without a device.
3. The sign-in records, by subject. Each bucket runs the steps over sessions.

The final results fit in this process, which runs the last steps. All steps run in DuckDB; see `tasks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.contract.tables.day_tables import DayBooks
from pipelines.engines.base import DayEvents, DayPlan, Step
from pipelines.engines.spark.context import slots_of
from pipelines.engines.spark.failures import failures_in_words
from pipelines.engines.spark.packing import add_rows, unpacked
from pipelines.engines.spark.place import Place
from pipelines.engines.spark.tasks import (
    BatchTask,
    Packed,
    count_delivered,
    count_devices,
    count_records,
    count_sessions,
    sent_key_steps,
    sent_record_steps,
    sent_session_steps,
    shuffle_events,
)
from pipelines.engines.steps import add_up, create_batch, create_plan, make, write_tables
from pipelines.store.part_records import PartRecords

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

# Average number of records in a full bucket; these take less than a gigabyte of an executor's memory.
_BUCKET_RECORDS = 1_000_000
# Fewer records than this do not justify a task.
_FEWEST_RECORDS = 50_000
_MOST_BUCKETS = 4_096
_FEWEST_BYTES = 4 << 20


class SparkRoller:
    """Rolls up days on the executors of one context; `connection` is a DuckDB connection of this process."""

    def __init__(
        self, context: SparkContext, connection: duckdb.DuckDBPyConnection, place: Place, plan: DayPlan
    ) -> None:
        self._context, self._connection, self._place, self._plan = context, connection, place, plan
        create_plan(connection, plan)

    def roll_up(self, events: DayEvents, target: Path) -> dict[date, DayBooks]:
        """De-duplicate the events and write the tables of each day; see `DayRoller`."""
        create_batch(self._connection, events.batch)
        with failures_in_words(self._place.log):
            self._count(events)
        return write_tables(self._connection, self._plan, events.values, events.batch, target)

    def _count(self, events: DayEvents) -> None:
        """Run the steps on the executors, except `number_steps`, `last_steps` and `tables`. Combine the results in this
        process.
        """
        plan, connection = self._plan, self._connection
        slots = slots_of(self._context)
        buckets = self._place.settings.engine.partitions or buckets_of(events.records, slots)
        slices = slices_of(events.parts, slots)
        task = BatchTask(self._place, plan, events.batch, events.values, events.late, slices, buckets)
        self._take(plan.delivered_steps, self._slices(slices).mapPartitions(partial(count_delivered, task)))
        make(connection, plan.number_steps, events.values)
        known = (*plan.delivered_steps, *plan.number_steps)
        task = replace(task, known={step.name: connection.table(step.name).to_arrow_table() for step in known})
        counted = (
            self._slices(slices)
            .mapPartitions(partial(shuffle_events, task))
            .partitionBy(buckets, int)
            .mapPartitions(partial(count_records, task))
            .partitionBy(buckets, int)
            .mapPartitions(partial(count_devices, task))
            .partitionBy(buckets, int)
            .mapPartitions(partial(count_sessions, task))
        )
        self._take(
            (*sent_record_steps(plan), *plan.range_sums, *sent_key_steps(plan), *sent_session_steps(plan)), counted
        )

    def _slices(self, slices: Sequence[object]) -> RDD[int]:
        """Return the indexes of the slices as an RDD with one index per task."""
        return self._context.parallelize(range(len(slices)), len(slices))

    def _take(self, steps: Sequence[Step], rows: RDD[Packed]) -> None:
        """Run the job that computes `rows`, and combine these rows to the relations of `steps`."""
        for relation, data in rows.collect():
            add_rows(self._connection, f"received_{relation}", unpacked(data))
        for step in steps:
            add_up(self._connection, step, f"received_{step.name}")
            self._connection.execute(f"DROP TABLE received_{step.name}")


def buckets_of(records: int, slots: int) -> int:
    """Return the number of buckets for a number of records if `slots` tasks run at a time."""
    by_memory, by_slots = -(-records // _BUCKET_RECORDS), min(slots, -(-records // _FEWEST_RECORDS))
    return max(1, min(_MOST_BUCKETS, max(by_memory, by_slots)))


def slices_of(parts: Sequence[PartRecords], slots: int) -> list[list[PartRecords]]:
    """Divide the files of parts into slices, one for each task. There are about four slices for each of the `slots`
    tasks that run at a time, or fewer if the files are small.
    """
    files = [(file, part, file.stat().st_size) for part in parts for file in part.files]
    wanted = max(_FEWEST_BYTES, sum(size for _, _, size in files) // (4 * slots))
    slices: list[list[PartRecords]] = [[]]
    filled = 0
    for file, part, size in files:
        if slices[-1] and filled + size > wanted:
            slices.append([])
            filled = 0
        slices[-1].append(PartRecords((file,), part.sources))
        filled += size
    return slices
