"""`authmeter verify`: checks the stored files, computes published days again from their parts, and compares all tables.

Nothing is changed.
"""

import filecmp
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.closing.billing_warnings import billing_as_of
from pipelines.closing.close import PendingPublication, publication_of
from pipelines.common.days import Window, require_same_zone
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import AuthmeterError, nothing_published
from pipelines.common.process.machine_limits import is_disk_full, is_out_of_memory
from pipelines.common.text import counted
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.day_tables import RECENT, DayBooks
from pipelines.contract.tables.tables import TABLES
from pipelines.incidents.all_incidents import all_incidents
from pipelines.marts.build import build_marts
from pipelines.rollup.batches import roll_up_batches
from pipelines.rollup.due_days import due_days, has_these_limits
from pipelines.rollup.inputs import RollupInputs
from pipelines.run.engines import engine_of
from pipelines.store.database import workbench
from pipelines.store.manifest import DayEntry, Manifest
from pipelines.store.published_file import attach, published_run
from pipelines.store.store import Store

_STORED = "read_parquet($left, hive_partitioning = false)"
_RECOMPUTED = "read_parquet($right, hive_partitioning = false)"


@dataclass
class VerifyReport:
    """Numbers of compared parts, days, tables and rows, and all differences as texts.

    `without_events` counts days that cannot be computed again, `without_checksum` parts that cannot be compared.
    """

    parts: int = 0
    days: int = 0
    tables: int = 0
    rows: int = 0
    without_events: int = 0
    without_checksum: int = 0
    differences: list[str] = field(default_factory=list)


class _ScratchStore(Store):
    """A view of the store in which recomputed days and the published file are in a temporary folder."""

    def __init__(self, store: Store, temp: Path) -> None:
        super().__init__(store.data)
        self.temp, self.database = temp, temp / "recomputed.duckdb"
        self.recomputed: dict[str, Path] = {}

    def day_folder(self, entry: DayEntry) -> Path:
        """Return the folder of a day's recomputed tables; the stored folder if the day was not recomputed."""
        return self.recomputed.get(entry.folder) or super().day_folder(entry)


def verify(store: Store, settings: Settings, registry: Registry, span: Window | None) -> VerifyReport:
    """Check the whole store, and recompute the days of `span`; all days if `span` is None. The caller holds the lock.

    Raises:
        UsageError: nothing is published, or the time zone changed, which a run refuses.
        AuthmeterError: settings, registry, code or the files that count changed since the last run, or that run was
            stopped before it published its tables.
    """
    manifest = store.read_manifest()
    if manifest.as_of is None:
        raise nothing_published(store.data)
    require_same_zone(manifest.time_zone, settings.timezone)
    try:
        return _verified(store, settings, registry, span, manifest, manifest.as_of)
    finally:
        shutil.rmtree(store.temp, ignore_errors=True)


def _verified(
    store: Store, settings: Settings, registry: Registry, span: Window | None, manifest: Manifest, as_of: date
) -> VerifyReport:
    report = VerifyReport()
    report.differences += _damaged_files(store, manifest, report)
    # If the store is damaged, nothing else is checked.
    if report.differences:
        return report
    inputs = RollupInputs(store, settings, registry, engine_of(settings, store))
    publication = _current_publication(inputs, manifest, as_of)
    scratch = _ScratchStore(store, store.fresh_folder("verify"))
    days = [day for day in sorted(manifest.days) if span is None or span.first <= day <= span.last]
    stored = [day for day in days if manifest.has_events_of(day)]
    report.without_events = len(days) - len(stored)
    for batch in roll_up_batches(inputs, manifest, stored, scratch.temp):
        for day, books in batch.items():
            report.differences += _differing_day(inputs, scratch, manifest.days[day], day, books, report)
    # Billing must come from the recomputed days too: the marts refuse packages whose uses differ from the tables.
    billing = billing_as_of(scratch, manifest, settings, registry, as_of) if report.differences else publication.billing
    incidents = all_incidents(scratch, manifest, settings, registry)
    build_marts(scratch, manifest, settings, registry, publication.checks, billing, incidents)
    with workbench(settings, scratch.temp, [store.warehouse]) as connection:
        attach(connection, store.database, "published", scratch.temp)
        attach(connection, scratch.database, "recomputed", scratch.temp)
        for name in TABLES:
            try:
                found = _compare(connection, f"published.{name}", f"recomputed.{name}", {}, report)
            except duckdb.Error as error:
                if is_disk_full(error) or is_out_of_memory(error):
                    raise
                # The recomputed table was written just now, so the published one is damaged.
                found = [f"it cannot be read: {str(error).splitlines()[0]}"]
            report.differences += [f"published table {name}: {text}" for text in found]
    return report


def _current_publication(inputs: RollupInputs, manifest: Manifest, as_of: date) -> PendingPublication:
    billing = billing_as_of(inputs.store, manifest, inputs.settings, inputs.registry, as_of)
    publication = publication_of(inputs.store, manifest, inputs.settings, inputs.registry, as_of, billing)
    if publication.inputs != manifest.inputs or due_days(inputs, manifest, as_of):
        raise AuthmeterError(
            "Settings, registry, result codes, the files that count or authmeter itself changed since the last run.",
            where=str(inputs.store.data),
            why="Figures computed now would differ from the published ones.",
            do="Run `authmeter run`, then `authmeter verify`.",
        )
    if published_run(inputs.store.database) not in (None, (manifest.run, manifest.generated_at)):
        raise AuthmeterError(
            "The last run was stopped before it published its tables.",
            where=str(inputs.store.database),
            why="An earlier run made the published tables, so they differ from the stored days.",
            do="Run `authmeter run`, which publishes them, then `authmeter verify`.",
        )
    return publication


def _damaged_files(store: Store, manifest: Manifest, report: VerifyReport) -> Iterator[str]:
    """Yield a text for each fault of the catalogue, and for each stored file that is missing or has changed."""
    yield from (f"{store.catalogue.file.name}: {fault}" for fault in store.catalogue_faults())
    # A part can contain several files.
    entries = {entry.part: entry for entry in manifest.files if entry.part and entry.status in ("read", "held")}
    for part, entry in entries.items():
        report.parts += 1
        folder = store.part_folder(part)
        if not folder.is_dir():
            yield f"part {part} of {entry.path} is missing"
        elif entry.part_digest is None:
            report.without_checksum += 1
        elif digest_of_folder(folder) != entry.part_digest:
            yield f"part {part} of {entry.path} differs from what was written"
    for day, day_entry in sorted(manifest.days.items()):
        folder = store.day_folder(day_entry)
        # A day without stored events cannot be computed again.
        final = "" if manifest.has_events_of(day) else ": its events are no longer stored"
        if not folder.is_dir():
            yield f"tables of {day}: {day_entry.folder} is missing{final}"
        elif digest_of_folder(folder) != day_entry.content:
            yield f"tables of {day}: {day_entry.folder} differs from what was written{final}"
    # Files of restatements have no checksum.
    for file in store.restatement_files(manifest):
        if not file.is_file():
            yield f"restatements: {file.name} is missing"
        elif not _is_readable(file):
            yield f"restatements: {file.name} cannot be read"
    if not store.database.is_file():
        yield f"the published file {store.database.name} is missing"


def _is_readable(file: Path) -> bool:
    try:
        pq.read_table(file)
    except (pa.ArrowException, OSError):
        return False
    return True


def _differing_day(
    inputs: RollupInputs, scratch: _ScratchStore, entry: DayEntry, day: date, books: DayBooks, report: VerifyReport
) -> list[str]:
    report.days += 1
    fresh = scratch.temp / str(day)
    found = [
        f"{name} is {stored:,} in the manifest, {counted:,} recomputed"
        for name, stored, counted in (
            ("accepted", entry.accepted, books.accepted), ("counted", entry.counted, books.counted),
            ("unmapped", entry.unmapped, books.unmapped),
        )
        if stored != counted
    ]  # fmt: skip
    stored_folder = inputs.store.day_folder(entry)
    with workbench(inputs.settings, scratch.temp / "spilled", [scratch.warehouse]) as connection:
        for file in sorted(fresh.glob("*.parquet")):
            if file.stem in RECENT and not has_these_limits(entry, inputs.registry):
                continue
            stored = stored_folder / file.name
            if filecmp.cmp(stored, file, shallow=False):
                report.tables += 1
                report.rows += pq.read_metadata(stored).num_rows
                continue
            files = {"left": str(stored), "right": str(file)}
            found += [f"{file.stem}: {text}" for text in _compare(connection, _STORED, _RECOMPUTED, files, report)]
    scratch.recomputed[entry.folder] = fresh
    return [f"day {day}, {text}" for text in found]


def _compare(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, given: dict[str, str], report: VerifyReport
) -> list[str]:
    """Compare two relations. For each relation with rows that the other one lacks, return a text with the number of
    these rows and an example.

    `left` (stored) and `right` (recomputed) are SQL text and must be trusted; `given` has the values of the parameters
    in this text.
    """
    report.tables += 1
    report.rows += int(connection.execute(f"SELECT count(*) FROM {left}", _only(given, left)).fetchall()[0][0])
    found = []
    for one, other, word in ((left, right, "stored"), (right, left, "recomputed")):
        query = f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other}"
        rows = connection.execute(f"SELECT count(*), min(row::VARCHAR) FROM ({query}) AS row", given).fetchall()
        count, row = rows[0]
        if count:
            found.append(f"{counted(count, 'row')} only as {word}, such as {row}")
    return found


def _only(given: dict[str, str], text: str) -> dict[str, str]:
    return {name: value for name, value in given.items() if f"${name}" in text}
