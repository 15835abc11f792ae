"""The protocol of an engine, which does the two heavy steps: reading files into parts and rolling up days.

`contract/` defines the files that an engine writes (`parts.py`, `day_tables.py`). `rollup/` defines the steps of a
roll-up; an engine provides the relations that they read, and runs them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa

from pipelines.contract.record.parts import PartBooks
from pipelines.contract.tables.day_tables import DayBooks
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.reading import Reading
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.store.part_records import PartRecords

LATE_ROWS = pa.schema(
    [("filename", pa.string()), ("file", pa.int32()), ("day", pa.date32()), ("first_row", pa.int64())]
)
"""The schema of rows that state which records are late: in the record file `filename`, the records of one `day` and of
the content with the index `file` are late from row `first_row` (counted from 0) on.
"""
BATCH_DAYS = pa.schema(
    [("day", pa.date32()), ("day_number", pa.int32()), ("first_quarter", pa.int64()), ("end_quarter", pa.int64()),
     ("clock_hours", pa.list_(pa.int32())), ("cuts", pa.list_(pa.timestamp("us")))]
)  # fmt: skip
"""The schema of a batch: a row for each day, in order. `day_number` is the index of the row. The day lasts from
`first_quarter` to before `end_quarter`, in quarters of an hour since 1970. `clock_hours` has the hour on the clock for
each quarter of the day, and `cuts` the cuts of its uses.
"""
APP_BITS = 21
"""Number of low bits of an app number, which hold the app's index among the apps of the day. The higher bits hold the
day number.
"""
ROWS_AT_ONCE = 122_880
"""Rows that are read, hashed or written at once: a row group of DuckDB, the unit of work of a core."""
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Adds = tuple[str, ...] | None
"""How the results of a step are combined if it ran over several subsets of the records. These columns are summed over
rows that agree in all other columns. An empty tuple: all rows are kept. None: the results are not combined, as only
later steps over the same subset read them.
"""


@dataclass(frozen=True)
class Step:
    """One SELECT, and the name of the relation that it creates.

    Attributes:
        query: the SELECT; its parameters are named `$…`, and a view has none.
        is_view: whether it creates a view, which each reading step computes again, instead of a table.
        adds: see `Adds`.
    """

    name: str
    query: str
    is_view: bool = False
    adds: Adds = None


@dataclass(frozen=True)
class SubjectSteps:
    """The steps that find the subject of each sign-in record: its device, else the first device of its attempt, else
    the attempt.

    Attributes:
        known_records: the records with a device; they have the columns of `found_records`.
        lone_records: the records with an attempt and no device.
        device_attempts: the devices by attempt.
        first_devices: the first device of each attempt in the `device_attempts` of one worker. With several workers,
            each sends these rows instead of its `device_attempts`.
        found_records: `lone_records` with their subjects, which come from a join with `device_attempts`.
        subject_records: the records with a subject: `known_records` and `found_records`.
        attempt_set: SQL of a number that is equal for all rows of an attempt. One worker must have all rows of
            `lone_records` and `device_attempts` with the same number.
        subject_set: SQL of a number that is equal for all records of a subject.
    """

    known_records: Step
    lone_records: Step
    device_attempts: Step
    first_devices: Step
    found_records: Step
    subject_records: Step
    attempt_set: str
    subject_set: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps to run, in order, if one worker has all records. `first_devices` is then not needed."""
        return (
            self.known_records, self.lone_records, self.device_attempts, self.found_records, self.subject_records
        )  # fmt: skip


@dataclass(frozen=True)
class DayPlan:
    """The steps from the events of some days to the tables of each day, the same for every batch of a run.

    Records may be distributed to several *workers*, such as tasks of Spark. The results of a step on all workers are
    combined as its `adds` describes. The key of each relation contains the day: as the column `day`, or within `app`,
    the number of an app on a day.
    """

    # An engine provides for all steps: `batch_days` (`BATCH_DAYS`), and the macros `app_number(day_number, place)`,
    # where `place` is the index of an app on that day, and `day_number_of(app)`.
    macros: tuple[str, ...]
    """Statements that create further macros for all steps."""
    relations: Mapping[str, pa.Table]
    """Further tables for all steps, by name."""

    # These run over any subset of the events. They read two relations that the engine provides: `events` (the columns
    # of `contract/record/parts.py`, `filename`, `record_number`, which identifies a record, and `is_late`), and
    # `file_sources` (filename, file, source).
    delivered_steps: tuple[Step, ...]
    number_steps: tuple[Step, ...]
    """Steps that read the combined results of `delivered_steps`."""

    # All events of a day with the same event_id must be on one worker.
    copies: tuple[Step, ...]
    """Steps that find the events that do not count."""
    record_columns: tuple[str, ...]
    """The columns of `events` that `copies` and all later steps read."""
    counted_records: str
    """The query of the events that count."""
    word_steps: tuple[Step, ...]
    """Steps that read `counted_records`."""
    # These three follow `word_steps`, and are independent of each other.
    sign_in_steps: tuple[Step, ...]
    answer_steps: tuple[Step, ...]
    verification_steps: tuple[Step, ...]

    # All devices with the same number `device_set` must be on one worker. If memory is not sufficient for all devices,
    # `range_steps` and `range_sums` run for a range of devices at a time, from `$first_device` to `$last_device`.
    device_records: Step
    """The records that `range_steps` and `range_sums` read."""
    device_set: str
    range_steps: tuple[Step, ...]
    range_sums: tuple[Step, ...]

    # All records of a subject must be on one worker.
    subjects: SubjectSteps
    """Steps that make `subject_records`, which `session_steps` read, from the results of `sign_in_steps`."""
    session_steps: tuple[Step, ...]

    # All devices, phones and apps with the same number `key_set` must be on one worker.
    key_records: Step
    """The records that `key_steps` read."""
    key_set: str
    key_steps: tuple[Step, ...]

    last_steps: tuple[Step, ...]
    """Steps that read the combined results of all steps before."""
    tables: tuple[Step, ...]
    """The tables to write. Their rows are ordered by day, then by key."""
    booked_table: str
    """The name of one of `tables`, and of the relation with the columns `day` and `records` of its written rows."""
    books: str
    """The query of the books, a row for each day. It reads `booked_table`."""

    @property
    def record_steps(self) -> tuple[Step, ...]:
        """The steps over counted records that follow `word_steps`."""
        return (*self.sign_in_steps, *self.answer_steps, *self.verification_steps)


@dataclass(frozen=True)
class DayEvents:
    """A batch of days to roll up together.

    Attributes:
        batch: a row for each day, in order, with the schema `BATCH_DAYS`.
        records: the number of records of these days, by the books.
        parts: the parts with records of these days, limited to the files that count.
        values: the parameters of the steps, by name.
        late: the rows from which records are late, with the schema `LATE_ROWS`.
    """

    batch: pa.Table
    records: int
    parts: Sequence[PartRecords]
    values: Mapping[str, object]
    late: pa.Table


class FileReader(Protocol):
    """Reads landed files into parts."""

    def read(
        self, files: Sequence[LandedFile], mapping: SourceMapping, reading: Reading, target: Path
    ) -> list[PartBooks]:
        """Read files of one mapping and format into one part in the empty folder `target`, with the parameters
        `reading`. Return the books of each file.

        Raises:
            DamagedFileError: a file is cut or corrupt, or has another format than its name.
            AuthmeterError: reading failed, and no file is the cause.
        """


class Readers(Protocol):
    """Calls functions with a `FileReader`, in this process or on many executors at once."""

    def each(self, read: Callable[[FileReader, Asked], Answer], asked: Iterable[Asked]) -> Iterator[Answer]:
        """Yield `read(reader, one)` for each `one` of `asked`, in order. `read` has access to the data folder, but may
        run in another process, so function, argument and result must be picklable.
        """


class DayRoller(Protocol):
    """Computes the tables of days by the steps of one plan."""

    def roll_up(self, events: DayEvents, target: Path) -> dict[date, DayBooks]:
        """Write the tables of each day into a folder named after the day, in the empty folder `target`. Return the
        books by day.

        Raises:
            BooksError: a table contains a key twice.
            duckdb.OutOfMemoryException: the days do not fit into the memory of this process.
        """


class Engine(Protocol):
    """Reads files into parts and rolls up days, in this process or on a cluster."""

    @property
    def split_bytes(self) -> int | None:
        """The size above which files of lines should be read in several pieces; None for never."""

    def readers(self, key: str, landing: Path) -> AbstractContextManager[Readers]:
        """Open the readers of the files under `landing`; `key` is the key of the hashes."""

    def day_roller(self, plan: DayPlan) -> AbstractContextManager[DayRoller]:
        """Open a `DayRoller` for the plan."""
