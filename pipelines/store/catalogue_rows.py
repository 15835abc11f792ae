"""Converts the manifest to rows of the catalogue and back, and finds the rows that changed since it was read.

The file and its transactions are in `catalogue.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from pipelines.store.manifest import Archive, ArchiveMember, DayEntry, DayRows, FileEntry, Manifest, State, UnreadFile

Row = tuple[Any, ...]
Numbers = Mapping[tuple[str, str], int]

COMMITS = "commits"
"""Name in `state` of the number of commits, which each commit of any program raises by 1."""


@dataclass(frozen=True)
class CatalogueTable:
    """A table.

    Attributes:
        declared: the columns in SQL, each with a type; the first `keys` columns are the primary key.
        is_later: whether the catalogue of an older authmeter may lack it. There it counts as empty.
        is_wide: whether its rows are long. SQLite stores these by row id, which is the key, an INTEGER.
    """

    declared: str
    keys: int = 1
    is_later: bool = False
    is_wide: bool = False

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(re.findall(r"(\w+) (?:TEXT|INTEGER|BLOB)\b", self.declared))

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the columns of the primary key."""
        return self.columns[: self.keys]

    def creation(self, name: str) -> str:
        """Return the statement that creates the table if the catalogue lacks it."""
        kind = "" if self.is_wide else " WITHOUT ROWID"
        return f"CREATE TABLE IF NOT EXISTS {name} ({self.declared}, PRIMARY KEY ({', '.join(self.key)})){kind}"


_FILE_KEY = "file INTEGER NOT NULL REFERENCES files"
TABLES = {
    "state": CatalogueTable("name TEXT, value BLOB"),
    "files": CatalogueTable(
        """file INTEGER, path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, stamp TEXT NOT NULL,
        source TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('read', 'damaged', 'held', 'replaced')),
        first_read_at TEXT NOT NULL, closed_through TEXT, mapping TEXT NOT NULL, part TEXT, place INTEGER NOT NULL,
        part_digest TEXT, finding TEXT, is_gone INTEGER NOT NULL, records_read INTEGER NOT NULL,
        accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, skipped INTEGER NOT NULL, run_day TEXT""",
        is_wide=True,
    ),
    "file_days": CatalogueTable(f"{_FILE_KEY}, day TEXT NOT NULL, accepted INTEGER NOT NULL, late INTEGER NOT NULL", 2),
    "file_nulled_fields": CatalogueTable(f"{_FILE_KEY}, field TEXT NOT NULL, records INTEGER NOT NULL", 2),
    "file_earlier_parts": CatalogueTable(f"{_FILE_KEY}, position INTEGER NOT NULL, part TEXT NOT NULL", 2),
    "file_mapping_faults": CatalogueTable(
        f"{_FILE_KEY}, position INTEGER NOT NULL, fault TEXT NOT NULL", 2, is_later=True
    ),
    "days": CatalogueTable(
        "day TEXT, folder TEXT NOT NULL, content TEXT NOT NULL, fingerprint TEXT NOT NULL, accepted INTEGER NOT NULL, "
        "counted INTEGER NOT NULL, unmapped INTEGER NOT NULL"
    ),
    "day_parts": CatalogueTable("day TEXT NOT NULL REFERENCES days, position INTEGER NOT NULL, part TEXT NOT NULL", 2),
    "platforms": CatalogueTable("app_key TEXT, platform TEXT NOT NULL"),
    "unreadable_folders": CatalogueTable("path TEXT"),
    "unread_files": CatalogueTable(
        "path TEXT, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, stamp TEXT NOT NULL, first_seen_at TEXT NOT NULL",
        is_later=True,
    ),
    "archives": CatalogueTable("path TEXT, stamp TEXT NOT NULL", is_later=True),
    "archive_members": CatalogueTable(
        "archive TEXT NOT NULL REFERENCES archives, position INTEGER NOT NULL, path TEXT NOT NULL, "
        "bytes INTEGER NOT NULL, place INTEGER NOT NULL, sha256 TEXT NOT NULL, finding TEXT NOT NULL",
        2,
        is_later=True,
    ),
    "idle_sources": CatalogueTable("source TEXT", is_later=True),
    "declared_channels": CatalogueTable("channel TEXT", is_later=True),
    "restatements": CatalogueTable("file TEXT"),
    "restated_sessions": CatalogueTable("day TEXT", is_later=True),
    "final_late": CatalogueTable("day TEXT, records INTEGER NOT NULL", is_later=True),
}
_STATE = tuple(column.name for column in fields(State))
_DATES_OF_STATE = ("as_of", "closed_before", "events_from", "days_from")
# These fields of a file, and a day's parts, are tables of their own.
_LISTS = ("nulled", "days", "earlier_parts", "mapping_faults")
_FILE = tuple(column.name for column in fields(FileEntry) if column.name not in _LISTS)
_DAY = tuple(column.name for column in fields(DayEntry) if column.name != "parts")
_row_of_file, _row_of_day = attrgetter(*_FILE), attrgetter(*_DAY)

Rows = dict[str, list[Row]]
"""The rows of each table, in the order of its key."""


@dataclass(frozen=True)
class Image:
    """The rows of a manifest for each table of the catalogue, and the number of the commit that wrote them.

    `tables` has the rows by table and by their first column, such as the file or the day; the rows lack that column.
    `numbers` has the number of each file, by path and checksum.
    """

    commits: int
    numbers: Numbers = field(repr=False)
    tables: dict[str, dict[Any, tuple[Row, ...]]] = field(repr=False)


EMPTY = Image(0, {}, {name: {} for name in TABLES})


def image_of(manifest: Manifest, commits: int, known: Numbers) -> Image:
    """Return the image of a manifest. `commits` is the number of its commit; for `known`, see `_numbers`."""
    numbers = _numbers(manifest, known)
    tables: dict[str, dict[Any, tuple[Row, ...]]] = {name: {} for name in TABLES}
    tables["state"] = {name: ((getattr(manifest, name),),) for name in _STATE}
    for entry in manifest.files:
        number = numbers[entry.path, entry.sha256]
        tables["files"][number] = (_row_of_file(entry),)
        tables["file_days"][number] = tuple(entry.days.items())
        if entry.nulled:
            tables["file_nulled_fields"][number] = tuple(entry.nulled.items())
        if entry.earlier_parts:
            tables["file_earlier_parts"][number] = tuple(enumerate(entry.earlier_parts))
        if entry.mapping_faults:
            tables["file_mapping_faults"][number] = tuple(enumerate(entry.mapping_faults))
    for day, of_day in manifest.days.items():
        tables["days"][day] = (_row_of_day(of_day),)
        tables["day_parts"][day] = tuple(enumerate(of_day.parts))
    tables["platforms"] = {app_key: ((platform,),) for app_key, platform in manifest.platforms.items()}
    tables["unreadable_folders"] = dict.fromkeys(manifest.unreadable, ((),))
    tables["unread_files"] = {path: (tuple(file),) for path, file in manifest.unread_files.items()}
    for path, archive in manifest.archives.items():
        tables["archives"][path] = ((archive.stamp,),)
        if archive.members:
            tables["archive_members"][path] = tuple((place, *member) for place, member in enumerate(archive.members))
    tables["declared_channels"] = dict.fromkeys(manifest.declared_channels, ((),))
    tables["idle_sources"] = dict.fromkeys(manifest.idle_sources, ((),))
    tables["restatements"] = dict.fromkeys(manifest.restatements, ((),))
    tables["restated_sessions"] = dict.fromkeys(manifest.restated_sessions, ((),))
    tables["final_late"] = {day: ((records,),) for day, records in manifest.final_late.items()}
    return Image(commits, numbers, tables)


def _numbers(manifest: Manifest, known: Numbers) -> Numbers:
    """Return a number for each file entry, by path and checksum: its number in `known`, else a new, higher one.

    The numbers of a path's contents must rise in the order of the manifest. An entry in `known` whose number would
    break that order gets a new number, too.
    """
    numbers: dict[tuple[str, str], int] = {}
    last = max(known.values(), default=0)
    path, of_path = None, 0
    for entry in sorted(manifest.files, key=attrgetter("path")):
        key = entry.path, entry.sha256
        if key in numbers:
            raise ValueError(f"two entries with one path and content: {entry.path}")
        number = known.get(key, 0)
        if not number or (entry.path == path and number < of_path):
            number = last = last + 1
        path, of_path = entry.path, number
        numbers[key] = number
    return numbers


@dataclass(frozen=True)
class Change:
    """The changes of one table: the keys of deleted rows, and the rows that are new or changed."""

    table: str
    gone: list[Row]
    put: list[Row]


def changes(before: Image, after: Image) -> Iterator[Change]:
    """Yield the changes of each table that changed."""
    # Whole manifests are compared, so that no change can be missed.
    for name, table in TABLES.items():
        old, new = before.tables[name], after.tables[name]
        if old == new:
            continue
        gone: set[Row] = set()
        put: list[Row] = []
        for first in old.keys() - new.keys():
            gone |= {row[: table.keys] for row in _whole(first, old[first])}
        for first, rows in new.items():
            if rows != old.get(first):
                there, now = set(_whole(first, old.get(first, ()))), list(_whole(first, rows))
                put += (row for row in now if row not in there)
                gone |= {row[: table.keys] for row in there} - {row[: table.keys] for row in now}
        yield Change(name, sorted(gone), put)


def _whole(first: Any, rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield rows as the table stores them, after the column `first`; dates as text, a `DayRows` as two columns."""
    for row in rows:
        columns: list[Any] = [first]
        for value in row:
            columns += value if isinstance(value, DayRows) else [value]
        yield tuple(value.isoformat() if isinstance(value, date) else value for value in columns)


def state_of(rows: list[Row]) -> State:
    """Return the state that these rows of the table `state` store."""
    values = {name: value for name, value in rows if name in _STATE}
    return State(**values | {name: values[name] and date.fromisoformat(values[name]) for name in _DATES_OF_STATE})


def manifest_of(rows: Rows) -> Manifest:
    """Return the manifest that the rows store. Raises KeyError, TypeError or ValueError if they do not form one."""
    day_of = cache(date.fromisoformat)
    manifest = Manifest(**vars(state_of(rows["state"])))
    by_number: dict[int, FileEntry] = {}
    for number, *values in rows["files"]:
        entry = by_number[number] = FileEntry(*values)
        entry.closed_through = entry.closed_through and day_of(entry.closed_through)
        entry.run_day = entry.run_day and day_of(entry.run_day)
        entry.is_gone = bool(entry.is_gone)
    for number, day, accepted, late in rows["file_days"]:
        by_number[number].days[day_of(day)] = DayRows(accepted, late)
    for number, name, records in rows["file_nulled_fields"]:
        by_number[number].nulled[name] = records
    for number, _, part in rows["file_earlier_parts"]:
        by_number[number].earlier_parts.append(part)
    for number, _, fault in rows["file_mapping_faults"]:
        by_number[number].mapping_faults.append(fault)
    # The sort is stable: the contents of a path stay in the order in which they arrived.
    manifest.files = sorted(by_number.values(), key=attrgetter("path"))
    for day, folder, content, fingerprint, accepted, counted, unmapped in rows["days"]:
        manifest.days[day_of(day)] = DayEntry(folder, content, fingerprint, [], accepted, counted, unmapped)
    for day, _, part in rows["day_parts"]:
        manifest.days[day_of(day)].parts.append(part)
    manifest.platforms = {row[0]: row[1] for row in rows["platforms"]}
    manifest.unreadable = [path for (path,) in rows["unreadable_folders"]]
    manifest.unread_files = {path: UnreadFile(*values) for path, *values in rows["unread_files"]}
    members: dict[str, list[ArchiveMember]] = {}
    for archive, _, *values in rows["archive_members"]:
        members.setdefault(archive, []).append(ArchiveMember(*values))
    manifest.archives = {path: Archive(stamp, tuple(members.get(path, ()))) for path, stamp in rows["archives"]}
    manifest.declared_channels = [channel for (channel,) in rows["declared_channels"]]
    manifest.idle_sources = [source for (source,) in rows["idle_sources"]]
    manifest.restatements = [file for (file,) in rows["restatements"]]
    manifest.restated_sessions = [day_of(day) for (day,) in rows["restated_sessions"]]
    manifest.final_late = {day_of(day): records for day, records in rows["final_late"]}
    numbers = {(entry.path, entry.sha256): number for number, entry in by_number.items()}
    manifest.as_read = image_of(manifest, {row[0]: row[1] for row in rows["state"]}[COMMITS], numbers)
    return manifest
