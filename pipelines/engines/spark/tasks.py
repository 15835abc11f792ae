"""The tasks of an executor for a batch of days. Each task has a DuckDB of its own, and yields packed rows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.contract.record.parts import EVENT_SCHEMA
from pipelines.engines.base import DayPlan, Step
from pipelines.engines.limit_walk import add_limit_walk
from pipelines.engines.spark.packing import add_rows, packed, packed_by_bucket, together, unpacked
from pipelines.engines.spark.place import Place
from pipelines.engines.steps import (
    add_up,
    added_up,
    create_batch,
    create_events,
    create_plan,
    create_view,
    make,
    make_devices,
    make_words,
)
from pipelines.store.database import workbench
from pipelines.store.part_records import PartRecords

Packed = tuple[str, bytes]
"""The name of a relation, and some of its rows as packed by `packing.py`."""
Shuffled = tuple[int, Packed]
"""Packed rows with the number of their target bucket."""
_EVENTS, _BUCKET = "events", "bucket_events"
# Events that take more than the memory of a task divided by this are moved to a table, which can be spilled.
_MEMORY_DIVISOR = 4
_RECEIVED = "received_{}"
# Fewer rows per bucket than this do not justify a value of their own.
_FEW_ROWS = 64


@dataclass(frozen=True)
class BatchTask:
    """A batch of days to roll up, as sent to each task. `batch`, `values` and `late` are as in `DayEvents`.

    Attributes:
        slices: for each task, the parts that it reads.
        buckets: the number of buckets of the second job.
        known: for the second job, the results of the first job and of `number_steps`, by relation.
    """

    place: Place
    plan: DayPlan
    batch: pa.Table
    values: Mapping[str, object]
    late: pa.Table
    slices: Sequence[Sequence[PartRecords]]
    buckets: int
    known: Mapping[str, pa.Table] = field(default_factory=dict)

    @contextmanager
    def opened(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
        """Open a DuckDB connection with the relations and macros of the days; yield it and its memory limit (bytes)."""
        with self.place.on_executor() as (settings, temp), workbench(settings, temp, [self.place.folder]) as connection:
            add_limit_walk(connection)
            create_plan(connection, self.plan)
            create_batch(connection, self.batch)
            for name, rows in self.known.items():
                connection.register(name, rows)
            yield connection, settings.memory_bytes


def sent_record_steps(plan: DayPlan) -> list[Step]:
    """Return the record steps that send results to other tasks or to the driver."""
    return [step for step in (*plan.word_steps, *plan.record_steps) if step.adds is not None]


def sent_key_steps(plan: DayPlan) -> list[Step]:
    """Return the key steps (over devices, phones and apps) that send results to the driver."""
    return [step for step in plan.key_steps if step.adds is not None]


def sent_session_steps(plan: DayPlan) -> list[Step]:
    """Return the session steps that send results to the driver."""
    return [step for step in plan.session_steps if step.adds is not None]


def count_delivered(task: BatchTask, numbers: Iterator[int]) -> Iterator[Packed]:
    """Run `delivered_steps` over the events of each slice in `numbers`, and yield the results of each slice."""
    with task.opened() as (connection, _):
        for place in numbers:
            create_events(connection, task.batch, task.slices[place], task.late)
            make(connection, task.plan.delivered_steps, task.values)
            for step in task.plan.delivered_steps:
                for data in packed(connection.table(step.name)):
                    yield step.name, data


def shuffle_events(task: BatchTask, numbers: Iterator[int]) -> Iterator[Shuffled]:
    """Yield the packed events of the slices with these `numbers`, with the number of their bucket: a hash of the
    event_id modulo the number of buckets.
    """
    columns = ", ".join(task.plan.record_columns)
    query = f"SELECT {columns}, (hash(event_id) % {task.buckets})::INTEGER FROM events"
    with task.opened() as (connection, _):
        for place in numbers:
            create_events(connection, task.batch, task.slices[place], task.late)
            for bucket, data in packed_by_bucket(connection.sql(query), task.buckets):
                yield bucket, (_EVENTS, data)


def count_records(task: BatchTask, received: Iterator[Shuffled]) -> Iterator[Shuffled]:
    """Run the steps over the records of one bucket; yield each result with the number of the bucket that needs it."""
    plan = task.plan
    with task.opened() as (connection, memory):
        _create_bucket(connection, plan, received, memory)
        make_words(connection, plan, task.values)
        make(connection, (*plan.record_steps, plan.device_records), task.values)
        for place, step in enumerate(sent_record_steps(plan)):
            rows = connection.table(step.name)
            is_small = rows.shape[0] < task.buckets * _FEW_ROWS or not step.adds
            # Small results do not justify a value per bucket. Rows may be summed in several buckets, as the driver sums
            # again.
            keys = ", ".join(name for name in rows.columns if name not in (step.adds or ()))
            bucket = str(place) if is_small else f"hash({keys})"
            yield from _shuffled_rows(task, rows, bucket)
        devices = connection.sql(added_up(connection, plan.device_records, plan.device_records.name))
        yield from _shuffled_rows(task, devices.set_alias(plan.device_records.name), plan.device_set)
        make(connection, (plan.key_records,), task.values)
        keys_of_records = connection.sql(f"FROM {plan.key_records.name}")
        yield from _shuffled_rows(task, keys_of_records.set_alias(plan.key_records.name), plan.key_set)
        subjects = plan.subjects
        make(connection, (subjects.known_records, subjects.lone_records, subjects.device_attempts), task.values)
        for name, query, rows_together in (
            (subjects.known_records.name, f"FROM {subjects.known_records.name}", subjects.subject_set),
            (subjects.lone_records.name, f"FROM {subjects.lone_records.name}", subjects.attempt_set),
            # One row per attempt: if all records named the same attempt, every bucket would send all of its devices.
            (subjects.device_attempts.name, subjects.first_devices.query, subjects.attempt_set),
        ):
            yield from _shuffled_rows(task, connection.sql(query).set_alias(name), rows_together)


def count_devices(task: BatchTask, received: Iterator[Shuffled]) -> Iterator[Shuffled]:
    """Sum the received rows of one bucket, find the subjects of its sign-in records, and run the steps over its devices
    and other keys. Yield the results, and the sign-in records with the bucket of their subject.
    """
    plan = task.plan
    known, lone, attempts = plan.subjects.known_records, plan.subjects.lone_records, plan.subjects.device_attempts
    with task.opened() as (connection, memory):
        for bucket, (relation, data) in received:
            if relation == known.name:
                # These records are in the bucket of their subject already.
                yield bucket, (relation, data)
            else:
                add_rows(connection, _RECEIVED.format(relation), unpacked(data))
        for step in (lone, attempts):
            create_view(connection, step.name, f"FROM {_RECEIVED.format(step.name)}")
        make(connection, (plan.subjects.found_records,), task.values)
        found = connection.table(plan.subjects.found_records.name)
        yield from _shuffled_rows(task, found, plan.subjects.subject_set)
        for step in (*sent_record_steps(plan), plan.device_records, plan.key_records):
            add_up(connection, step, _RECEIVED.format(step.name))
        records = connection.table(plan.device_records.name).shape[0]
        make_devices(connection, plan, task.values, records, memory)
        make(connection, plan.key_steps, task.values)
        for step in (*sent_record_steps(plan), *plan.range_sums, *sent_key_steps(plan)):
            for data in packed(connection.table(step.name)):
                yield _own_bucket(), (step.name, data)


def count_sessions(task: BatchTask, received: Iterator[Shuffled]) -> Iterator[Packed]:
    """Run the session steps over the subjects of one bucket; yield their results, and received ones unchanged."""
    plan = task.plan
    records = (plan.subjects.known_records.name, plan.subjects.found_records.name)
    with task.opened() as (connection, _):
        for _, (relation, data) in received:
            if relation in records:
                add_rows(connection, relation, unpacked(data))
            else:
                yield relation, data
        make(connection, (plan.subjects.subject_records, *plan.session_steps), task.values)
        for step in sent_session_steps(plan):
            for data in packed(connection.table(step.name)):
                yield step.name, data


def _create_bucket(
    connection: duckdb.DuckDBPyConnection, plan: DayPlan, received: Iterator[Shuffled], memory: int
) -> None:
    """Create the relation `events` from the received rows of a bucket; columns that were not sent are NULL.

    The events stay in Arrow tables. If these take more than a fraction of the memory, they are copied to a table of the
    database, which can be spilled to disk.
    """
    known = [*EVENT_SCHEMA, pa.field("is_late", pa.bool_())]
    given = pa.schema([field for field in known if field.name in plan.record_columns])
    waiting, size, count = [_numbered(given.empty_table(), 0)], 0, 0
    is_table = False
    for _, (_, data) in received:
        waiting.append(_numbered(unpacked(data), count))
        size, count = size + waiting[-1].nbytes, count + len(waiting[-1])
        if size > memory // _MEMORY_DIVISOR:
            for rows in waiting:
                add_rows(connection, _BUCKET, rows)
            waiting, size, is_table = [], 0, True
    for rows in waiting if is_table else ():
        add_rows(connection, _BUCKET, rows)
    if not is_table:
        connection.register(_BUCKET, together(waiting))
    others = [f"NULL AS {name}" for name in (*EVENT_SCHEMA.names, "filename") if name not in given.names]
    create_view(connection, _EVENTS, f"SELECT *, {', '.join(others)} FROM {_BUCKET}")


def _numbered(rows: pa.Table, first: int) -> pa.Table:
    return rows.append_column("record_number", pa.array(np.arange(first, first + len(rows))))


def _shuffled_rows(task: BatchTask, rows: duckdb.DuckDBPyRelation, bucket: str) -> Iterator[Shuffled]:
    """Yield packed rows with the number of their bucket: the SQL expression `bucket` modulo the number of buckets.

    Each task first yields the relation without rows, for the bucket that has the number of the task. So every bucket
    gets the columns of every relation, even if it gets no rows.
    """
    name = rows.alias
    (empty,) = packed(rows.limit(0))
    yield _own_bucket(), (name, empty)
    numbered = rows.project(f"*, (({bucket}) % {task.buckets})::INTEGER")
    for number, data in packed_by_bucket(numbered, task.buckets):
        yield number, (name, data)


def _own_bucket() -> int:
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context
    return int(context.partitionId())
