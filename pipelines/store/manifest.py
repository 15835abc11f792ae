"""The manifest: which parts and day tables count, and what is known of each file and day.

Lives here: its fields. Does not belong here: where it lies (`catalogue.py`) and when it is committed.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

# Older stores are upgraded (`upgrades.py`), newer ones refused. Raised when an older authmeter would misread a store.
SCHEMA_VERSION = 4


Status = Literal["read", "damaged", "held", "replaced"]


# A file of less is of no weight, whatever it holds: by its bytes, or, as packed ones are small, by its records.
_SOME_BYTES, _SOME_RECORDS = 1000, 100


class DayRows(NamedTuple):
    """A file's accepted records of one day, and how many of them came after the day was closed."""

    accepted: int
    late: int = 0

    @property
    def in_time(self) -> int:
        """Records that came before the day was closed: they are the first ones of the file."""
        return self.accepted - self.late


@dataclass(slots=True)
class FileEntry:
    """One content of one landed path, and its books. No two entries have the same path and content.

    A part may hold the records of several files; `place` is that of this one in it. `part_digest` is the checksum of
    the part's files; parts of the first stores have none. By retention a part loses its oldest days, and a name with
    it: see `origin_of`. `run_day` is the day D of the run that read it first; `earlier_parts` are the `records_name` of
    earlier readings of the same content. `finding` is why it is damaged or held, or the stored reason why few of its
    records were accepted, see `reading/reasons/reasons.py`. `mapping_faults` are what its mapping cannot mean: see
    `reading/sources/mapping_use.py`.
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
        """What names the content's records, whatever days retention took from them; None where they are gone."""
        if self.part is None:
            return None
        return f"{origin_of(self.part)}/{self.place}" if self.place else origin_of(self.part)

    @property
    def is_fruitless(self) -> bool:
        """Whether the content was read and there is something in it, of which nothing was accepted."""
        return self.status == "read" and not self.accepted and self.bytes > 0

    @property
    def is_mostly_rejected(self) -> bool:
        """Whether some of the content's records were accepted, and over half were rejected."""
        return self.status == "read" and self.accepted > 0 and self.rejected > self.accepted

    @property
    def has_weight(self) -> bool:
        """Whether the content is no matter of a few lines."""
        return self.bytes >= _SOME_BYTES or self.records_read + self.skipped >= _SOME_RECORDS


class UnreadFile(NamedTuple):
    """A landed file that no source reads, by its path; `sha256` is empty where its bytes cannot be read."""

    sha256: str
    bytes: int
    stamp: str
    first_seen_at: str


class ArchiveMember(NamedTuple):
    """A file in an archive.

    `place` is its number in a zip archive, or where its bytes begin in a tar archive. `finding` is why it is refused.
    """

    path: str
    bytes: int
    place: int
    sha256: str
    finding: str = ""


class Archive(NamedTuple):
    """What is in a landed archive, as it was when it had that stamp."""

    stamp: str
    members: tuple[ArchiveMember, ...]


@dataclass(slots=True)
class DayEntry:
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


@dataclass
class State:
    """What is known of the data folder as a whole. `run` numbers the runs that changed data; `generated_at` is the time
    of the last of them.

    `closed_before` is the `as_of` before this one: the days after it were closed together.

    By retention, no events are stored of days before `events_from`: their tables stand as they are, and what comes of
    them is too old. Nothing is stored of days before `days_from`.

    `session_minutes` is the setting by which the last roll-up cut sessions; None before the first that did.
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
    """What counts.

    `archives` are those of landing, by their paths. `declared_channels` are all that the settings of any run declared:
    parts may hold them, also when the declaration is no more. `restated_sessions` are the days whose tables of sessions
    changed after the day was closed. `origin` is what the store read it as, to know what changed since; it is the
    store's alone.
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
    origin: object = field(default=None, init=False, repr=False, compare=False)

    @property
    def closed_through(self) -> date | None:
        """The last day that was closed with its records; None where no record was ever published."""
        return self.as_of if self.days else None

    def live_files(self) -> list[FileEntry]:
        """The contents that count: status `read`."""
        return [entry for entry in self.files if entry.status == "read"]

    def live_parts(self) -> list[FileEntry]:
        """Those of them of which a part is stored; of one whose days retention took there is none."""
        return [entry for entry in self.live_files() if entry.part]

    @property
    def late_records(self) -> Counter[date]:
        """The late records of each day, over the live files; which of a file's are late, `ingest.count_late` says."""
        late: Counter[date] = Counter()
        for entry in self.live_files():
            for day, rows in entry.days.items():
                if rows.late:
                    late[day] += rows.late
        return late

    def has_events_of(self, day: date) -> bool:
        """Whether the stored events of a day are all there, as far as retention goes."""
        return self.events_from is None or day >= self.events_from


def origin_of(part: str) -> str:
    """The name that a part was made under, whatever days retention took from it since (`name.2026-01-05`)."""
    return part.partition(".")[0]
