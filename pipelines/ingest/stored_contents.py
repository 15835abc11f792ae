"""Queries the stored records of contents with the statements in `sql/`."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cached_property
from typing import Any, Self

import duckdb

from pipelines.contract.measures.sql import sql
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.manifest import FileEntry
from pipelines.store.part_records import PartRecords, create_records, record_files
from pipelines.store.store import Store

Losses = dict[tuple[str, str], dict[date, int]]
"""For each content (its path and checksum), the number of its lost records by day."""


class StoredContents:
    """A DuckDB connection to the stored parts. The first query opens it, because most runs need no query."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings, self._stack = store, settings, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def ask(
        self, query: str, values: dict[str, object], contents: Mapping[str, Iterable[PartRecords]] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a query of `sql/` with `values` as parameters, and return its rows.

        `contents` has the parts that the query reads, by the name of the relation with their records.
        """
        for name, parts in (contents or {}).items():
            create_records(self._connection, name, parts)
        return self._connection.execute(sql("pipelines.ingest", query), values).fetchall()

    def lost(self, olds: Iterable[FileEntry], first: date, *others: Iterable[FileEntry]) -> Losses:
        """Return the number of lost records of each old content, by day from `first` on.

        A record is lost if no content of `others` has its id on that day. `others` are groups of contents, searched in
        order until no record is missing. Old contents without stored records lose nothing.
        """
        left = [entry for entry in self._stored(olds) if max(entry.days, default=date.min) >= first]
        found = {
            key_of(entry): {day: rows.accepted for day, rows in entry.days.items() if day >= first} for entry in left
        }
        have: list[FileEntry] = []
        for group in others:
            have += self._stored(group)
            if left and have:
                found = self._lost(left, first, have)
                left = [entry for entry in left if key_of(entry) in found]
        return found

    def delivered_again(self, pairs: Sequence[tuple[FileEntry, FileEntry]], last: date) -> list[dict[date, int]]:
        """Return for each pair of an old and a new content, by day up to `last`, how many records of the new content
        the old one delivered in time.

        If the records of one of them are not stored, as many are returned as the old one delivered in time.
        """
        found = [{day: records for day, records in old.in_time.items() if day <= last} for old, _ in pairs]
        compared = [place for place, pair in enumerate(pairs) if found[place] and len(self._stored(pair)) == len(pair)]
        if not compared:
            return found
        days = [(place, day, records) for place in compared for day, records in found[place].items()]
        contents = [
            (place, entry is pairs[place][0], str(file), entry.place)
            for place in compared
            for entry in pairs[place]
            for file in record_files(self._store.part_folder(str(entry.part)))
        ]
        values: dict[str, object] = {}
        values |= zip(("pairs", "days", "in_time"), map(list, zip(*days, strict=True)), strict=True)
        names = ("content_pairs", "are_old", "filenames", "places")
        values |= zip(names, map(list, zip(*contents, strict=True)), strict=True)
        parts = self._store.part_records(entry for place in compared for entry in pairs[place])
        for place in compared:
            found[place] = {}
        for place, day, records in self.ask("delivered_again", values, {"content": parts}):
            found[place][day] = records
        return found

    def in_time_again(self, old: FileEntry, new: FileEntry, first: date) -> dict[date, int]:
        """Return how many records of a content that was read again came before their day was closed, by closed day.

        A log is only appended to, so all records before the last one that came in time also came in time, although the
        first reading may have rejected them. The stored numbers are returned for days before `first`, and for all days
        if the new reading has none of the ids.

        Args:
            old: the content as it was read before.
            new: the content as it was read again.
            first: the first day whose events are stored.
        """
        in_time = {
            day: records for day, records in old.in_time.items() if old.closed_through and day <= old.closed_through
        }
        compared = {day: records for day, records in in_time.items() if day >= first}
        if not compared:
            return in_time
        values: dict[str, object] = {"days": list(compared), "in_time": list(compared.values())}
        contents = {"old_content": self._store.part_records([old]), "new_content": self._store.part_records([new])}
        found = dict(self.ask("in_time_again", values, contents))
        return {day: in_time[day] for day in in_time.keys() - compared.keys()} | found if found else in_time

    def _stored(self, entries: Iterable[FileEntry]) -> list[FileEntry]:
        """Return the entries whose parts exist in the store. Each part is checked once."""
        in_parts = [entry for entry in entries if entry.part]
        there = {part: self._store.has_part(entry) for part, entry in {one.part: one for one in in_parts}.items()}
        return [entry for entry in in_parts if there[entry.part]]

    def _lost(self, olds: list[FileEntry], first: date, others: list[FileEntry]) -> Losses:
        entries = {
            (str(file), entry.place): entry
            for entry in olds
            for file in record_files(self._store.part_folder(str(entry.part)))
        }
        contents = {"old": self._store.part_records(olds), "new": self._store.part_records(others)}
        found: Losses = {}
        for file, place, day, records in self.ask("records_taken_away", {"first": first}, contents):
            of_entry = found.setdefault(key_of(entries[file, place]), {})
            of_entry[day] = of_entry.get(day, 0) + records
        return found

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._stack.enter_context(workbench(self._settings, self._store.temp, [self._store.warehouse]))


def key_of(entry: FileEntry) -> tuple[str, str]:
    """Return the key of a content: its path and checksum."""
    return entry.path, entry.sha256
