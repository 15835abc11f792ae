"""What an engine does: the two heavy steps, reading files into parts and rolling up a day.

Lives here: the protocol, and what is handed to an engine. What it must write is in `contract/` (`parts.py`,
`day_tables.py`); what the steps of a roll-up compute is in `rollup/`: an engine puts data under their names, and runs
them.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from pipelines.contract.day_tables import DayBooks
from pipelines.contract.parts import PartBooks
from pipelines.reading.landing import LandedFile
from pipelines.reading.reading import Reading
from pipelines.reading.sources import SourceMapping
from pipelines.store.part_records import PartRecords


@dataclass(frozen=True)
class Step:
    """One SELECT and the name of what it gives; parameters are named `$…`.

    What `is_read_once`, by the next step, has none and need not be kept.
    """

    name: str
    query: str
    is_read_once: bool = False


@dataclass(frozen=True)
class DayPlan:
    """The steps from a day's events to its tables, the same for every day of a run.

    The engine provides `events` (columns of `contract/parts.py`, and `filename` and `record_number`, which names a
    record) and `file_sources` (filename, file, source).
    `copies` find the events that do not count; `counted_records` is the query of those that do; `steps` become
    relations that later ones read; `tables` are written, and can be read under their names by `books`.

    `device_steps` are made for a range of devices at a time, from `$first_device` to `$last_device`: all in one, or in
    several where there is no memory for that. Of each range the `device_sums` are kept: later ones read the rows of all
    ranges.
    """

    relations: Mapping[str, pa.Table]
    copies: tuple[Step, ...]
    counted_records: str
    steps: tuple[Step, ...]
    device_steps: tuple[Step, ...]
    device_sums: tuple[Step, ...]
    tables: tuple[Step, ...]
    books: str


@dataclass(frozen=True)
class DayEvents:
    """A day to roll up: what counts of the parts with records of it, and the steps' parameters."""

    day: date
    parts: Sequence[PartRecords]
    values: Mapping[str, object]


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


class DayRoller(Protocol):
    """Rolls days up by one plan."""

    def roll_up(self, events: DayEvents, target: Path) -> DayBooks:
        """Writes the day's tables into the empty folder `target`; gives the books of the day."""


class Engine(Protocol):
    """Who does the heavy steps."""

    def file_reader(self, key: str, landing: Path) -> AbstractContextManager[FileReader]:
        """Opens a reader of files under `landing`; `key` is that of the hashes."""

    def day_roller(self, plan: DayPlan) -> AbstractContextManager[DayRoller]:
        """Opens a roller."""
