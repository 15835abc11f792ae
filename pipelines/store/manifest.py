"""The manifest: which parts and day tables count, and what is known of each file and day.

Lives here: its fields. Does not belong here: where it lies and how it is committed (`store.py`).
"""

from collections import Counter
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

# Older stores are upgraded (`upgrades.py`), newer ones refused.
SCHEMA_VERSION = 2


Status = Literal["read", "damaged", "held", "replaced"]


# A file of less is of no weight, whatever it holds.
_SOME_RECORDS, _SOME_BYTES = 100, 64 << 10


class DayRows(BaseModel):
    """A file's accepted records of one day, and how many of them came after the day was closed."""

    accepted: int
    late: int = 0


class FileEntry(BaseModel):
    """One content of one landed path, and its books.

    A part may hold the records of several files; `place` is that of this one in it. `part_digest` is the checksum of
    the part's files; parts of the first stores have none. By retention a part loses its oldest days, and a name with
    it: see `origin_of`. `run_day` is the day D of the run that read it first; `earlier_parts` are the `records_name` of
    earlier readings of the same content.
    """

    path: str
    sha256: str
    bytes: int
    stamp: str
    source: str
    mapping: str = ""
    status: Status
    first_read_at: str
    closed_through: date | None
    part: str | None = None
    place: int = 0
    part_digest: str | None = None
    finding: str | None = None
    is_gone: bool = False
    records_read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    nulled: dict[str, int] = {}
    days: dict[date, DayRows] = {}
    run_day: date | None = None
    earlier_parts: list[str] = []

    @property
    def records_name(self) -> str | None:
        """What names the content's records, whatever days retention took from them; None where they are gone."""
        if self.part is None:
            return None
        return f"{origin_of(self.part)}/{self.place}" if self.place else origin_of(self.part)

    @property
    def is_fruitless(self) -> bool:
        """Whether the content was read and none of its records was accepted, and it is no matter of a few lines."""
        is_some = self.records_read >= _SOME_RECORDS or self.bytes >= _SOME_BYTES
        return self.status == "read" and self.records_read > 0 and not self.accepted and is_some


class DayEntry(BaseModel):
    """One rolled-up day: its folder, the checksum of its tables, the records behind it and its books.

    `parts` are the `records_name` of each file.
    """

    folder: str
    content: str
    fingerprint: str
    parts: list[str]
    accepted: int
    counted: int
    unmapped: int


class Manifest(BaseModel):
    """What counts. `run` numbers the runs that changed data; `generated_at` is the time of the last of them.

    `closed_before` is the `as_of` before this one: the days after it were closed together.

    By retention, no events are stored of days before `events_from`: their tables stand as they are, and what comes of
    them is too old. Nothing is stored of days before `days_from`.
    """

    model_config = ConfigDict(validate_assignment=False)

    schema_version: int = SCHEMA_VERSION
    key_fingerprint: str | None = None
    time_zone: str | None = None
    run: int = 0
    generated_at: str | None = None
    as_of: date | None = None
    closed_before: date | None = None
    files: list[FileEntry] = []
    days: dict[date, DayEntry] = {}
    platforms: dict[str, str] = {}
    unreadable: list[str] = []
    restatements: list[str] = []
    inputs: str | None = None
    events_from: date | None = None
    days_from: date | None = None

    @property
    def closed_through(self) -> date | None:
        """The last day that was closed with its records; None where no record was ever published."""
        return self.as_of if self.days else None

    def live_files(self) -> list[FileEntry]:
        """The contents that count: status `read`."""
        return [entry for entry in self.files if entry.status == "read"]

    @property
    def late_records(self) -> Counter[date]:
        """The late records of each day, over the live files; which of a file's are late, `ingest.count_late` says."""
        late: Counter[date] = Counter()
        for entry in self.live_files():
            late.update({day: rows.late for day, rows in entry.days.items() if rows.late})
        return late

    def has_events_of(self, day: date) -> bool:
        """Whether the stored events of a day are all there, as far as retention goes."""
        return self.events_from is None or day >= self.events_from


def origin_of(part: str) -> str:
    """The name that a part was made under, whatever days retention took from it since (`name.2026-01-05`)."""
    return part.partition(".")[0]
