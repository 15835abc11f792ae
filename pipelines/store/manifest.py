"""The manifest: which parts and day tables count, and the metadata of each file and day.

This module defines the fields of the manifest; `catalogue.py` stores it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

# Older stores are upgraded (`upgrades.py`), newer ones refused. Raise it if an older authmeter would misread a store.
SCHEMA_VERSION = 4


Status = Literal["read", "damaged", "held", "replaced"]
OF_PACKAGES: Final = "packages"
"""The word in the name of a file of restatements that has balances of resource packages."""


# Files below both limits are too small for a warning. Records count too because compressed files have few bytes.
_SOME_BYTES, _SOME_RECORDS = 1000, 100


class DayRows(NamedTuple):
    """A file's accepted records of one day, and how many of them came after the day was closed."""

    accepted: int
    late: int = 0

    @property
    def in_time(self) -> int:
        """Number of records that arrived before the day was closed. They are the file's first records of the day."""
        return self.accepted - self.late


@dataclass(slots=True)
class FileEntry:
    """One *content* of a landed path, that is the bytes that the path had at some time, and the books of these bytes.

    No two entries have the same path and content.
    """

    path: str
    sha256: str
    bytes: int
    stamp: str
    source: str
    status: Status
    first_read_at: str
    # The last closed day when the content was first read.
    closed_through: date | None
    # The fingerprint of the mapping that read the content.
    mapping: str = ""
    # If retention removes a part's oldest days, the part gets another name: see `original_name`.
    part: str | None = None
    # Index of this file in the part, which may hold the records of several files.
    place: int = 0
    # Checksum of the part's files; None for parts of the first versions.
    part_digest: str | None = None
    # Why the content is damaged or held, or the likely reason why few of its records were accepted: see
    # `reading/reasons/reasons.py`.
    finding: str | None = None
    # Whether the file left landing; kept up to date only for contents with a problem.
    is_gone: bool = False
    records_read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    # The day of the run that read the content first.
    run_day: date | None = None
    # How many records had a value that was set to NULL, by field.
    nulled: dict[str, int] = field(default_factory=dict)
    days: dict[date, DayRows] = field(default_factory=dict)
    # The `records_name` of earlier readings of the same content.
    earlier_parts: list[str] = field(default_factory=list)
    # See `reading/sources/mapping_use.py`.
    mapping_faults: list[str] = field(default_factory=list)

    @property
    def records_name(self) -> str | None:
        """The name of the content's records, unchanged by retention; None if no records are stored."""
        if self.part is None:
            return None
        return f"{original_name(self.part)}/{self.place}" if self.place else original_name(self.part)

    @property
    def in_time(self) -> dict[date, int]:
        """The number of records that arrived before their day was closed, by day; days without one are left out."""
        return {day: rows.in_time for day, rows in self.days.items() if rows.in_time}

    @property
    def is_fruitless(self) -> bool:
        """Whether the content was read and is not empty, but no record was accepted."""
        return self.status == "read" and not self.accepted and self.bytes > 0

    @property
    def is_mostly_rejected(self) -> bool:
        """Whether some of the content's records were accepted, and over half were rejected."""
        return self.status == "read" and self.accepted > 0 and self.rejected > self.accepted

    @property
    def is_large_enough_to_warn(self) -> bool:
        """Whether the content is large enough for a warning: in bytes, or in records read or skipped."""
        return self.bytes >= _SOME_BYTES or self.records_read + self.skipped >= _SOME_RECORDS


class UnreadFile(NamedTuple):
    """A landed file that no source reads. `sha256` is empty if its bytes cannot be read."""

    sha256: str
    bytes: int
    stamp: str
    first_seen_at: str


class ArchiveMember(NamedTuple):
    """A file in an archive.

    `place` is the index of the member in a zip archive, or the offset of its bytes in the unpacked tar archive.
    `finding` is the reason if the member is refused, else empty.
    """

    path: str
    bytes: int
    place: int
    sha256: str
    finding: str = ""


class Archive(NamedTuple):
    """The members of a landed archive, as listed when the archive had this stamp (size, modification time, inode)."""

    stamp: str
    members: tuple[ArchiveMember, ...]


@dataclass(slots=True)
class DayEntry:
    """One rolled-up day: the folder of its tables, their checksum, the fingerprint of their inputs, and the books."""

    folder: str
    # Checksum of the tables.
    content: str
    # Fingerprint of the inputs of the tables.
    fingerprint: str
    # The `records_name` of the files that the tables were computed from.
    parts: list[str]
    accepted: int
    counted: int
    unmapped: int


@dataclass
class State:
    """The state of the data folder as a whole."""

    key_fingerprint: str | None = None
    time_zone: str | None = None
    # Number of the last run that changed data, and its time.
    run: int = 0
    generated_at: str | None = None
    # The published as-of, and the one before it. The days after `closed_before`, up to `as_of`, are published together.
    as_of: date | None = None
    closed_before: date | None = None
    # Fingerprint of the publication.
    inputs: str | None = None
    # Retention deleted the events of the days before: their tables no longer change, and their new records are refused.
    events_from: date | None = None
    # Retention deleted the days before completely.
    days_from: date | None = None
    # The session gap of the last roll-up; None if no roll-up has used one yet.
    session_minutes: int | None = None


@dataclass
class Manifest(State):
    """The state, and the entries of all files and of all rolled-up days."""

    files: list[FileEntry] = field(default_factory=list)
    days: dict[date, DayEntry] = field(default_factory=dict)
    # The registered platform of each app at the last roll-up.
    platforms: dict[str, str] = field(default_factory=dict)
    # The folders of landing that could not be read.
    unreadable: list[str] = field(default_factory=list)
    unread_files: dict[str, UnreadFile] = field(default_factory=dict)
    # The archives in landing, by path.
    archives: dict[str, Archive] = field(default_factory=dict)
    # The user's mappings that read no file.
    idle_sources: list[str] = field(default_factory=list)
    # All channels that the settings ever declared: stored records may have channels that are no longer declared.
    declared_channels: list[str] = field(default_factory=list)
    # Names of the files of restatements.
    restatements: list[str] = field(default_factory=list)
    # Days whose session tables changed after the day was closed.
    restated_sessions: list[date] = field(default_factory=list)
    # Late records of each day whose events retention deleted, as of that deletion.
    final_late: dict[date, int] = field(default_factory=dict)
    # The rows of the catalogue as last read or committed; only the store uses them, to find changes.
    as_read: object = field(default=None, init=False, repr=False, compare=False)

    @property
    def closed_through(self) -> date | None:
        """The last closed day, which is the published as-of; None if no day was ever rolled up."""
        # A day stays closed if it lost all its records or was deleted. If the manifest has no rolled-up day left,
        # `days_from` or a restatement of a day shows that days were rolled up.
        # Balances of packages can change before the first record.
        has_restated_day = any(not file.endswith(f".{OF_PACKAGES}.parquet") for file in self.restatements)
        return self.as_of if self.days or self.days_from or has_restated_day else None

    def live_files(self) -> list[FileEntry]:
        """Return the contents that count: status `read`."""
        return [entry for entry in self.files if entry.status == "read"]

    def live_parts(self) -> list[FileEntry]:
        """Return the contents that count and have a stored part; retention removes the parts of old contents."""
        return [entry for entry in self.live_files() if entry.part]

    @property
    def accepted_records(self) -> Counter[date]:
        """The number of accepted records of each day, by the books of the contents in `live_parts`."""
        accepted: Counter[date] = Counter()
        for entry in self.live_parts():
            accepted.update({day: rows.accepted for day, rows in entry.days.items()})
        return accepted

    @property
    def late_records(self) -> Counter[date]:
        """The number of late records of each day, by the books of the contents in `live_files`.

        A day whose events retention deleted keeps the number that it had at the deletion. Days that retention removed
        completely are left out.
        """
        # Contents that were read since lack the records of these days, as they are too old.
        late = Counter({day: records for day, records in self.final_late.items() if records})
        for entry in self.live_files():
            for day, rows in entry.days.items():
                if rows.late and day not in self.final_late and not (self.days_from and day < self.days_from):
                    late[day] += rows.late
        return late

    def has_events_of(self, day: date) -> bool:
        """Return whether retention has deleted no event of a day."""
        return self.events_from is None or day >= self.events_from


def original_name(part: str) -> str:
    """Return the original name of a part, without the suffix that retention adds (`name.2026-01-05`)."""
    return part.partition(".")[0]
