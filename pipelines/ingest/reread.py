"""Reading again what was read: after a source mapping, a setting or a rule of reading was mended.

Only a content that still lies in landing as it was read can be read again; everything else stays as it is and is named.
All that comes out otherwise counts with one commit: a reread that dies changed nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.common.days import business_day
from pipelines.common.errors import DamagedFileError
from pipelines.common.sql import sql
from pipelines.common.text import printable
from pipelines.contract.settings import Settings
from pipelines.ingest.ingest import count_late, new_entry, takes_away
from pipelines.ingest.part_reader import PartReader, RunTime
from pipelines.reading.landing import LandedFile, current_stamp, scan, sha256_of
from pipelines.reading.sources import SourceMapping, Sources
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.store import Store


@dataclass(frozen=True)
class RereadRequest:
    """Which files to read again: all, those of one source, those of a day or later."""

    source: str | None = None
    first: date | None = None

    def asks_for(self, entry: FileEntry, sources: Sources, time_zone: str) -> bool:
        """Whether a content is asked for.

        A source's files are those that it gave and those that it would read today. Of a day or later are the files that
        gave a record of such a day; and of those with rejected or skipped records, or without any, which may be of any
        day, the ones that were first read on that day or later.
        """
        if self.source:
            now = sources.for_file(entry.path)
            if self.source not in (entry.source, now.name if now else None):
                return False
        if self.first is None or max(entry.days, default=date.min) >= self.first:
            return True
        is_of_any_day = entry.rejected or entry.skipped or not entry.accepted
        return bool(is_of_any_day) and _first_read_on(entry, time_zone) >= self.first


@dataclass
class RereadReport:
    """What a reread did; files by path.

    `taken_away` counts the records of closed days that are no longer there, by path.
    """

    read: int = 0
    changed: list[FileEntry] = field(default_factory=list)
    taken_away: dict[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def told(self) -> Iterator[str]:
        """What a user should know, a line each."""
        for path, count in sorted(self.taken_away.items()):
            yield f"taken away: {printable(path)}: {count:,} records of closed days are no longer there"
        for path, finding in sorted(self.failed.items()):
            yield f"left as it was: {printable(path)}: {finding}"
        for paths, why in (
            (self.gone, "no longer in landing as read"),
            (self.spent, "their events are no longer kept"),
            (self.unread, "no source reads them now"),
            (self.changing, "still being written"),
        ):
            if paths:
                listed = ", ".join(map(printable, sorted(paths)[:5]))
                more = f" … (+{len(paths) - 5})" if len(paths) > 5 else ""
                yield f"left as they were: {len(paths):,} files, {why}: {listed}{more}"


def reread(
    store: Store,
    manifest: Manifest,
    settings: Settings,
    sources: Sources,
    key: str,
    request: RereadRequest,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RereadReport:
    """Reads files again and commits the manifest where one comes out otherwise.

    Each file is read with the clock of its first reading: what was too old or of the future then is so now, and what
    came in time then did not come late.
    """
    report = RereadReport()
    wanted = list(_wanted(store, manifest, settings, sources, request, report))
    total, done = sum(file.bytes for _, file, _ in wanted), 0
    is_new = False
    with ExitStack() as stack:
        reader = stack.enter_context(PartReader(store, settings, key)) if wanted else None
        for entry, file, source in wanted:
            assert reader
            progress(done, total)
            is_new |= _read_again(store, manifest, settings, reader, entry, file, source, report)
            done += file.bytes
        progress(done, total)
    if is_new:
        store.commit(manifest)
    return report


def _wanted(
    store: Store,
    manifest: Manifest,
    settings: Settings,
    sources: Sources,
    request: RereadRequest,
    report: RereadReport,
) -> Iterator[tuple[FileEntry, LandedFile, SourceMapping]]:
    landed = {file.path: file for file in scan(store.landing, set())}
    for entry in manifest.files:
        # What is damaged is tried again by the ingest before this.
        if entry.status not in ("read", "held") or not request.asks_for(entry, sources, settings.timezone):
            continue
        file, source = landed.get(entry.path), sources.for_file(entry.path)
        if file is None or not _is_as_read(file, entry):
            report.gone.append(entry.path)
        elif entry.part is None:
            report.spent.append(entry.path)
        elif source is None:
            report.unread.append(entry.path)
        else:
            yield entry, file, source


def _is_as_read(file: LandedFile, entry: FileEntry) -> bool:
    try:
        return file.stamp == entry.stamp or sha256_of(file) == entry.sha256
    except (OSError, DamagedFileError):
        return False


def _read_again(
    store: Store,
    manifest: Manifest,
    settings: Settings,
    reader: PartReader,
    entry: FileEntry,
    file: LandedFile,
    source: SourceMapping,
    report: RereadReport,
) -> bool:
    """Reads one content again; gives whether its entry in the manifest is another one now."""
    first_read = datetime.fromisoformat(entry.first_read_at)
    clock = RunTime(entry.run_day or _first_read_on(entry, settings.timezone) - timedelta(days=1), first_read)
    got = reader.read(file, source, clock)
    if current_stamp(file) != file.stamp or (got.sha256 and got.sha256 != entry.sha256):
        report.changing.append(file.path)
        return False
    if got.books is None:
        report.failed[file.path] = str(got.finding)
        return False
    report.read += 1
    fresh = new_entry(file, source, entry.sha256, got.books, clock, entry.closed_through)
    fresh.status, fresh.first_read_at, fresh.is_gone = entry.status, entry.first_read_at, entry.is_gone
    assert entry.part
    parameters = {"first": manifest.events_from or date.min}
    old = _content(reader, store.part_folder(entry.part), parameters)
    new = _content(reader, got.folder, parameters)
    if old == new:
        # The part stays; the mapping, or what it skipped, may be another.
        before = entry.model_copy()
        for name in ("source", "mapping", "records_read", "rejected", "skipped", "nulled"):
            setattr(entry, name, getattr(fresh, name))
        return entry != before
    fresh.part = hashlib.sha256(repr((entry.path, entry.sha256, source.fingerprint, new)).encode()).hexdigest()[:24]
    fresh.earlier_parts = [*entry.earlier_parts, entry.part]
    fresh.part_digest = store.place_part(got.folder, fresh.part)
    count_late(fresh, entry, entry.closed_through)
    _put_in_place(store, manifest, reader, entry, fresh, report)
    return True


def _put_in_place(
    store: Store, manifest: Manifest, reader: PartReader, old: FileEntry, new: FileEntry, report: RereadReport
) -> None:
    """The new reading instead of the old one. It counts whatever it takes away: who rereads has mended something."""
    if old.status == "held":
        live = next((e for e in manifest.files if e.path == old.path and e.status == "read"), None)
        new.status = "held" if live and takes_away(store, manifest, reader.connection, new, live) else "read"
        if live and new.status == "read":
            live.status = "replaced"
    else:
        closed, first = manifest.closed_through, manifest.events_from or date.min
        files = {"old": _events(store, old), "new": _events(store, new)}
        if closed and (
            lost := reader.connection.execute(
                sql("pipelines.ingest", "records_taken_away"), {**files, "closed": closed, "oldest": first}
            ).fetchall()[0][0]
        ):
            report.taken_away[new.path] = lost
    report.changed.append(new)
    manifest.files[manifest.files.index(old)] = new


def _events(store: Store, entry: FileEntry) -> list[str]:
    return [str(file) for file in store.part_files([entry.part] if entry.part else [])]


def _content(reader: PartReader, folder: Path, parameters: dict[str, date]) -> tuple[Any, ...]:
    """What a part holds, in numbers that do not depend on the order of its rows."""
    events = [str(file) for name in ("events", "exact") if (file := folder / f"{name}.parquet").exists()]
    rejects = folder / "rejects.parquet"
    ask = reader.connection.execute
    found: tuple[Any, ...] = ask(sql("pipelines.ingest", "part_content"), {"files": events, **parameters}).fetchall()[0]
    if rejects.exists():
        found += ask(sql("pipelines.ingest", "rejects_content"), {"file": str(rejects)}).fetchall()[0]
    return found


def _first_read_on(entry: FileEntry, time_zone: str) -> date:
    return business_day(datetime.fromisoformat(entry.first_read_at), time_zone)
