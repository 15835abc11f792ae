"""What an engine does: the two heavy steps, reading files into parts and rolling up a day.

Lives here: the protocol, and what is handed to an engine. What it must write is in `contract/` (`parts.py`,
`day_tables.py`); what the steps of a roll-up compute is in `rollup/`: an engine puts data under their names, and runs
them.
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
from pipelines.reading.sources.sources import SourceMapping
from pipelines.store.part_records import PartRecords

LATE_ROWS = pa.schema(
    [("filename", pa.string()), ("file", pa.int32()), ("day", pa.date32()), ("first_row", pa.int64())]
)
"""Where late records begin: of the content at a place of a stored file, the records of the day are late from that row
of the file on.
"""
BATCH_DAYS = pa.schema(
    [("day", pa.date32()), ("day_number", pa.int32()), ("first_quarter", pa.int64()), ("end_quarter", pa.int64()),
     ("clock_hours", pa.list_(pa.int32())), ("cuts", pa.list_(pa.timestamp("us")))]
)  # fmt: skip
"""The days of a batch in their order, and what differs between them: the place of the day, the quarters of an
hour since 1970 with which it and the next day begin, the hour on the clock in each hour of the day, and the cuts of its
uses.
"""
APP_BITS = 21
"""Bits of the number of an app for its place among the apps of its day; above these is the number of the day."""
ROWS_AT_ONCE = 122_880
"""Rows that are drawn, hashed or written at once: a row group of DuckDB, of which a core takes one at a time."""
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Adds = tuple[str, ...] | None
"""Of a step the columns that add up, where several rows agree in all others; empty: all its rows are kept; None: later
steps of the same records read it, and nobody else.
"""


@dataclass(frozen=True)
class Step:
    """One SELECT and the name of what it gives; parameters are named `$…`.

    A step that `is_view` has none, and is computed by each step that reads it.
    """

    name: str
    query: str
    is_view: bool = False
    adds: Adds = None


@dataclass(frozen=True)
class SubjectSteps:
    """How sign-in records get their subjects: a device, or for a record without one that of its attempt.

    Attributes:
        known_records: the records with a device; they have the columns of `found_records`.
        lone_records: the records with an attempt and no device.
        device_attempts: the devices by attempt; read with `lone_records`, by `found_records`, where all rows of an
            attempt must be. `attempt_set` is a number that is the same for these.
        first_devices: what may stand for the rows of `device_attempts` that are in one place.
        found_records: `lone_records` with their subjects.
        subject_records: the records with a subject, `known_records` and `found_records`. `subject_set` is a number
            that is the same for those of one subject.
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
        """The steps in the order in which they are made where all records are in one place."""
        return (
            self.known_records, self.lone_records, self.device_attempts, self.found_records, self.subject_records
        )  # fmt: skip


@dataclass(frozen=True)
class DayPlan:
    """The steps from the events of some days to the tables of each, the same for every batch of a run. Each becomes a
    relation that later ones read, with the day in its key: as `day`, or in `app`, the number of an app on a day.

    `macros` are statements that make what every step may use, beside `relations`.

    Records need not be in one place. What is made of some of them, in any number of places, is put together by what
    `adds` says of the step:

    - `delivered_steps`: of any of the events. They read `events` (the columns of `contract/record/parts.py`,
      `filename`, `record_number`, which names a record, and whether it `is_late`) and `file_sources` (filename, file,
      source), which the engine provides. The engine also provides what every step may read: `batch_days`
      (`BATCH_DAYS`) and the macros `app_number(day_number, place)` and `day_number_of(app)`.
    - `number_steps`: of the whole of these.
    - `copies` find the events that do not count; `counted_records` is the query of those that do; `word_steps` are of
      these, and then `sign_in_steps` and `record_steps`, which do not read each other: wherever an event is, all of its
      day with its event_id are. Of the columns of `events`, they read `record_columns`.
    - `device_records` are what `range_steps` and `range_sums` read: wherever a device is, all devices with its number
      `device_set` are. These two are made for a range of devices at a time, from `$first_device` to `$last_device`,
      where there is no memory for all.
    - `subjects` make `subject_records` of what `sign_in_steps` give; `session_steps` read these: wherever a subject is,
      all its records are.
    - `key_records` are what `key_steps` read: wherever a device, phone or app is, all with its `key_set` are.
    - `last_steps` and `tables`: of the whole of all that is kept. The rows of `tables` come in the order of the day,
      then of their key, and are written. `books` gives a row for each day; it reads the one table `booked_table`, with
      the columns `day` and `records` of what was written.
    """

    macros: tuple[str, ...]
    relations: Mapping[str, pa.Table]
    delivered_steps: tuple[Step, ...]
    number_steps: tuple[Step, ...]
    copies: tuple[Step, ...]
    record_columns: tuple[str, ...]
    counted_records: str
    word_steps: tuple[Step, ...]
    sign_in_steps: tuple[Step, ...]
    record_steps: tuple[Step, ...]
    device_records: Step
    device_set: str
    range_steps: tuple[Step, ...]
    range_sums: tuple[Step, ...]
    subjects: SubjectSteps
    session_steps: tuple[Step, ...]
    key_records: Step
    key_set: str
    key_steps: tuple[Step, ...]
    last_steps: tuple[Step, ...]
    tables: tuple[Step, ...]
    booked_table: str
    books: str


@dataclass(frozen=True)
class DayEvents:
    """A batch of days to roll up together.

    `batch` describes the days, as `BATCH_DAYS`, in their order. `parts` are what counts of the parts with records of
    these days, `records` how many of these days they have by their books. `values` are the parameters of the steps.
    `late` are the rows from which on records are late, as `LATE_ROWS`.
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
        """Reads files of one mapping and format into one part, in the empty folder `target`; gives the books of each.

        Raises:
            DamagedFileError: one of them is cut or corrupt, or cannot be what its name says.
            AuthmeterError: what is wrong is not the file.
        """


class Readers(Protocol):
    """Where files are read: here, or in many places at once."""

    def each(self, read: Callable[[FileReader, Asked], Answer], asked: Iterable[Asked]) -> Iterator[Answer]:
        """What `read` gives for each that is asked, in their order. It is called beside the data folder, but may be in
        another process: function, question and answer can be pickled.
        """


class DayRoller(Protocol):
    """Rolls days up by one plan."""

    def roll_up(self, events: DayEvents, target: Path) -> dict[date, DayBooks]:
        """Writes the tables of each day into a folder of its name in the empty folder `target`; returns their books.

        Raises:
            BooksError: a key is there twice.
            duckdb.OutOfMemoryException: the days do not fit into the memory of this process.
        """


class Engine(Protocol):
    """Who does the heavy steps."""

    @property
    def split_bytes(self) -> int | None:
        """Files of lines that are larger are best read in several pieces."""

    def readers(self, key: str, landing: Path) -> AbstractContextManager[Readers]:
        """Opens readers of files under `landing`; `key` is that of the hashes."""

    def day_roller(self, plan: DayPlan) -> AbstractContextManager[DayRoller]:
        """Opens a roller."""
