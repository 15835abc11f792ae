"""Retention: removes from the manifest events and days that are older than the settings allow.

The files of removed entries are deleted later, by the next run that ingests (`Store.clear_unfinished`). So a run that
dies in between leaves nothing half removed, and a backup that is made meanwhile has all files of its manifest.
"""

from datetime import date, datetime, timedelta

import duckdb

from pipelines.common.days import business_day
from pipelines.common.errors import AuthmeterError, damaged_file
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.landed import known_files
from pipelines.reading.files.landing import scan
from pipelines.store.database import workbench
from pipelines.store.manifest import FileEntry, Manifest, original_name
from pipelines.store.store import Store

_KEPT = "SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE day >= $first"


def apply_retention(store: Store, manifest: Manifest, settings: Settings, day: date) -> None:
    """Remove data from the manifest that is older than the settings allow, counted from the run's `day`.

    The events of a day are removed together, and later records of that day are rejected as too old. The manifest is
    changed, but not yet committed.
    """
    first = _first_kept(day, settings.events_kept_days, manifest.events_from)
    by_part: dict[str, list[FileEntry]] = {}
    for entry in manifest.files:
        if entry.part:
            by_part.setdefault(original_name(entry.part), []).append(entry)
    dropped = [_drop_events(store, first, entries, settings) for entries in by_part.values()]
    if any(dropped):
        manifest.events_from = first
        late = manifest.late_records
        manifest.final_late |= {day: late[day] for day in manifest.days if day < first}
    if first_day := first_kept_day(manifest, settings, day):
        _drop_days(store, manifest, first_day, settings)


def first_kept_day(manifest: Manifest, settings: Settings, day: date) -> date | None:
    """Return the first day that stays published after a run for `day`; None if the settings keep all days."""
    return _first_kept(day, settings.keep_days, manifest.days_from) if settings.keep_days else None


def _first_kept(day: date, days: int, before: date | None) -> date:
    """Return the first of the last `days` days up to `day`, or `before` if that is later.

    `before` is the first day that is still kept; None if no day was removed. Removed data does not come back.
    """
    first = day - timedelta(days=min(days, day.toordinal()) - 1)
    return max(first, before) if before else first


def _drop_events(store: Store, first: date, entries: list[FileEntry], settings: Settings) -> bool:
    """Remove events of days before `first` from one part, and return whether it had any.

    `entries` are the manifest's entries of the contents of the part.
    """
    kept: list[FileEntry] = []
    spent: list[FileEntry] = []
    for entry in entries:
        if entry.status in ("read", "held"):
            (spent if _last_day(entry, settings) < first else kept).append(entry)
    # Days of replaced contents in the part are removed too.
    is_trimmed = bool(kept) and any(
        day < first and not _is_without(kept[0].part, day) for entry in entries for day in entry.days
    )
    if is_trimmed:
        _trim(store, first, kept, settings)
    for entry in spent:
        entry.part = entry.part_digest = None
    return is_trimmed or bool(spent and not kept)


def _last_day(entry: FileEntry, settings: Settings) -> date:
    """Return the newest day of a file's records, or the day on which it was first read if it has none (any more)."""
    if entry.days:
        return max(entry.days)
    return business_day(datetime.fromisoformat(entry.first_read_at), settings.timezone)


def _is_without(part: str | None, day: date) -> bool:
    """Return whether a day was removed from a part. If days were, the part's name ends in its first remaining day."""
    _, _, first = str(part).partition(".")
    return bool(first) and day < date.fromisoformat(first)


def _trim(store: Store, first: date, entries: list[FileEntry], settings: Settings) -> None:
    """Replace a part by a copy without the days before `first`.

    `entries` are the manifest's entries of the part whose records stay stored; they get the name of the copy.
    """
    part = entries[0].part
    assert part
    fresh, old = store.fresh_folder("part"), store.part_folder(part)
    if not store.has_part(entries[0]):
        raise damaged_file(str(old), "is missing: the records of a part.")
    with workbench(settings, store.temp, [store.warehouse]) as connection:
        for file in sorted(old.glob("*.parquet")):
            if file.name == "rejects.parquet":
                (fresh / file.name).write_bytes(file.read_bytes())
                continue
            try:
                kept = connection.sql(_KEPT, params={"files": [str(file)], "first": first})
                kept.write_parquet(str(fresh / file.name), compression="zstd")
            except duckdb.Error as error:
                raise AuthmeterError(
                    f"A stored part cannot be read: {str(error).splitlines()[0]}",
                    where=str(file),
                    why=f"Its days before {first} must be removed from it.",
                    do="Restore that folder from a backup. `authmeter verify` lists what else is damaged.",
                ) from None
    name = f"{original_name(part)}.{first}"
    digest = store.place_part(fresh, name)
    for entry in entries:
        entry.part, entry.part_digest = name, digest


def _drop_days(store: Store, manifest: Manifest, first: date, settings: Settings) -> None:
    if any(day < first for day in manifest.days):
        manifest.days = {day: entry for day, entry in manifest.days.items() if day >= first}
        manifest.days_from = first
    spent = [entry for entry in manifest.files if entry.part is None and _last_day(entry, settings) < first]
    if spent:
        # A file still in landing keeps its books: without them it would be read again.
        landed = {file.path for file in known_files(scan(store.landing, set()), manifest.archives)}
        gone = {(entry.path, entry.sha256) for entry in spent if entry.path not in landed}
        manifest.files = [entry for entry in manifest.files if (entry.path, entry.sha256) not in gone]
    manifest.final_late = {day: records for day, records in manifest.final_late.items() if day >= first}
    for entry in manifest.files:
        # A reread of stored records needs their first day: see `ingest/reread.py`.
        if entry.part is None:
            entry.days = {day: rows for day, rows in entry.days.items() if day >= first}
