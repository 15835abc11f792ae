"""The manifest: which parts and day tables count, and the metadata of each file and day.

This module defines the fields of the manifest; `catalogue.py` stores it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

# Older stores are upgraded (`upgrades.py`), newer ones refused. Raised when an older authmeter would misread a store.
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

    A part may hold the records of several files; `place` is the index of this file in the part. `part_digest` is the
    checksum of the part's files, None for parts of the first versions. When retention removes a part's oldest days, the
    part gets another name: see `original_name`. `earlier_parts` are the `records_name` of earlier readings of the same
    content.

    `run_day` is the day of the run that read the content first, and `closed_through` the last closed day at that time.
    `mapping` is the fingerprint of the mapping that read the content, and `mapping_faults` are its faults: see
    `reading/sources/mapping_use.py`. `finding` is why the content is damaged or held, or the stored reason why few of
    its records were accepted, see `reading/reasons/reasons.py`. `is_gone` is whether the file left landing; it is kept
    up to date only for contents with a problem.
    """

    path: str
    sha256: str
    bytes: int
    stamp: str
    source: str
    status: Status
    first_read_at: str
    closed_through: date | None
    mapping: str = ""
    part: str | None = None
    place: int = 0
    part_digest: str | None = None
    finding: str | None = None
    is_gone: bool = False
    records_read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    run_day: date | None = None
    nulled: dict[str, int] = field(default_factory=dict)
    days: dict[date, DayRows] = field(default_factory=dict)
    earlier_parts: list[str] = field(default_factory=list)
    mapping_faults: list[str] = field(default_factory=list)

    @property
    def records_name(self) -> str | None:
        """The name of the content's records, unchanged by retention; None if no records are stored."""
        if self.part is None:
            return None
        return f"{original_name(self.part)}/{self.place}" if self.place else original_name(self.part)

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
    """One rolled-up day: its folder, the checksum of its tables (`content`), the fingerprint of their inputs, and its
    books.

    `parts` are the `records_name` of the files that its tables were computed from.
    """

    folder: str
    content: str
    fingerprint: str
    parts: list[str]
    accepted: int
    counted: int
    unmapped: int


@dataclass
class State:
    """The state of the data folder as a whole.

    `run` numbers the runs that changed data; `generated_at` is the time of the last of them. `closed_before` is the
    previous published `as_of`: the days after it, up to `as_of`, are published together. `inputs` is the fingerprint of
    the publication.

    Retention deletes the events of days before `events_from`: their tables no longer change, and new records of these
    days are refused as too old. Days before `days_from` are deleted completely.

    `session_minutes` is the session gap of the last roll-up; None if no roll-up has used one yet.
    """

    key_fingerprint: str | None = None
    time_zone: str | None = None
    run: int = 0
    generated_at: str | None = None
    as_of: date | None = None
    closed_before: date | None = None
    inputs: str | None = None
    events_from: date | None = None
    days_from: date | None = None
    session_minutes: int | None = None


@dataclass
class Manifest(State):
    """The state, and the entries of all files and of all rolled-up days.

    `platforms` has the registered platform of each app at the last roll-up. `unreadable` are the folders of landing
    that could not be read. `archives` are the archives in landing, by path. `idle_sources` are the user's mappings that
    read no file. `declared_channels` are all channels that the settings ever declared: stored records may have channels
    that the settings no longer declare.

    `restatements` are the names of files. `restated_sessions` are the days whose session tables changed after the day
    was closed. `final_late` has, for each day whose events retention deleted, the number of its late records at that
    time. `as_read` has the rows of the catalogue as last read or committed; only the store uses it, to find changes.
    """

    files: list[FileEntry] = field(default_factory=list)
    days: dict[date, DayEntry] = field(default_factory=dict)
    platforms: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    unread_files: dict[str, UnreadFile] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    idle_sources: list[str] = field(default_factory=list)
    declared_channels: list[str] = field(default_factory=list)
    restatements: list[str] = field(default_factory=list)
    restated_sessions: list[date] = field(default_factory=list)
    final_late: dict[date, int] = field(default_factory=dict)
    as_read: object = field(default=None, init=False, repr=False, compare=False)

    @property
    def closed_through(self) -> date | None:
        """The last closed day, which is the published as-of; None if no day was ever rolled up.

        A day stays closed if it lost all its records or was deleted. If the manifest has no rolled-up day left,
        `days_from` or a restatement of a day shows that days were rolled up.
        """
        return self.as_of if self.days or self.days_from or self._has_restated_day else None

    @property
    def _has_restated_day(self) -> bool:
        # Balances of packages can change before the first record.
        return any(not is_of_packages(file) for file in self.restatements)

    def live_files(self) -> list[FileEntry]:
        """Return the contents that count: status `read`."""
        return [entry for entry in self.files if entry.status == "read"]

    def live_parts(self) -> list[FileEntry]:
        """Return the live files whose records are stored. Retention removes the records of files whose days are all too
        old.
        """
        return [entry for entry in self.live_files() if entry.part]

    @property
    def accepted_records(self) -> Counter[date]:
        """The accepted records of each day in the books of the live files with a stored part."""
        accepted: Counter[date] = Counter()
        for entry in self.live_parts():
            accepted.update({day: rows.accepted for day, rows in entry.days.items()})
        return accepted

    @property
    def late_records(self) -> Counter[date]:
        """The late records of each day, over the live files; `count_late` in `ingest/entries.py` decides which records
        are late.

        For a day whose events retention deleted, this is the number in `final_late`: contents that were read since lack
        the records of that day, as they are too old.
        """
        late = Counter({day: records for day, records in self.final_late.items() if records})
        for entry in self.live_files():
            for day, rows in entry.days.items():
                if rows.late and day not in self.final_late:
                    late[day] += rows.late
        return late

    def has_events_of(self, day: date) -> bool:
        """Return whether a day is within the retention of events, so that no event of the day was deleted."""
        return self.events_from is None or day >= self.events_from


def original_name(part: str) -> str:
    """Return the original name of a part, without the suffix that retention adds (`name.2026-01-05`)."""
    return part.partition(".")[0]


def is_of_packages(file: str) -> bool:
    """Return whether the restatement file with this name has balances of resource packages, not figures of days."""
    return file.endswith(f".{OF_PACKAGES}.parquet")
