"""Parts, day tables and the manifest, and the paths of their files under `warehouse/` of the data folder.

The manifest, committed last, lists the parts and day tables that count. Files of a run that ended before the commit do
not count, and the next run removes them.
"""

import errno
import os
import shutil
from collections.abc import Container, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.days import local_time
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import damaged_file
from pipelines.common.files import durable
from pipelines.common.files.lock import hold
from pipelines.common.files.near_names import require_folder
from pipelines.contract.tables.day_tables import LATER
from pipelines.store.catalogue import Catalogue, unreadable
from pipelines.store.manifest import DayEntry, FileEntry, Manifest, State
from pipelines.store.part_records import PartRecords, record_files
from pipelines.store.upgrades import OlderStore

if TYPE_CHECKING:
    import polars as pl


class Store:
    """The paths of one data folder, and its manifest."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.landing = data / "landing"
        self.registry = data / "registry"
        self.warehouse = data / "warehouse"
        self.database = self.warehouse / "authmeter.duckdb"
        # The published file of the previous run, with which new incidents are compared.
        self.reported = self.database
        self.temp = self.warehouse / "tmp"
        self.site = data / "site"
        self.site_generations = data / ".site"
        self.lock = self.warehouse / ".lock"
        self.catalogue = Catalogue(self.warehouse / "catalogue.sqlite")
        self._older = OlderStore(self.warehouse)

    @property
    def is_of_sample(self) -> bool:
        """Whether the logs are synthetic: landing contains the label of a sample. False if landing cannot be read."""
        try:
            return (self.landing / "_SYNTHETIC.md").exists()
        except OSError:
            return False

    def held(self, doing: str, zone: str = "UTC") -> AbstractContextManager[None]:
        """Lock the folder for a command from now on: see `hold`. Times are noted and shown in the given zone."""
        return hold(self.lock, doing, local_time(datetime.now(UTC), zone))

    def require_landing_folder(self) -> None:
        """Raise UsageError if landing is a file, or a link that leads to no folder."""
        require_folder(self.landing, "Logs are read from the folder of that name.")

    def own_place(self, path: Path) -> Path | None:
        """Return the file or folder of this data folder that writing to `path` would overwrite or add to.

        Links and other spellings are resolved. Return None if the path is outside the data folder's own files.
        """
        own = (
            self.landing, self.registry, self.warehouse, self.database, self.site, self.site_generations,
            *(self.data / name for name in ("sources", "dagster", "alerts")),
            *(self.data / name for name in ("authmeter.toml", "hash.key", "status.json")),
        )  # fmt: skip
        known = {_identity(place): place for place in own if place.exists()}
        # A writer may replace a link in an own folder, so the folder of a link is checked too.
        for real in (Path(os.path.realpath(path)), Path(os.path.realpath(path.parent))):
            for place in (real, *real.parents):
                if place.exists() and _identity(place) in known:
                    return known[_identity(place)]
        return None

    def read_manifest(self) -> Manifest:
        """Return the manifest; an empty one in a new data folder.

        Raises:
            AuthmeterError: the manifest is damaged, missing, from a newer version of authmeter, or locked by another
                program.
        """
        if older := self._older.manifest():
            return older
        return self.catalogue.read() if self._has_catalogue() else Manifest()

    def read_state(self) -> State:
        """Return the state of the manifest, without files and days. Raises the errors of `read_manifest`."""
        if older := self._older.manifest():
            return older
        return self.catalogue.read_state() if self._has_catalogue() else State()

    def is_as_read(self, manifest: Manifest) -> bool:
        """Return whether nobody has committed to the store since this manifest was read or committed."""
        return self._has_catalogue() and self.catalogue.is_as_read(manifest)

    def commit(self, manifest: Manifest) -> None:
        """Commit the manifest: the only commit point of the store. Only changes are written.

        Raises:
            AuthmeterError: another program committed since the manifest was read, or has locked the catalogue.
        """
        durable.make_folder(self.warehouse)
        if self._has_catalogue():
            self.catalogue.write(manifest)
        else:
            self.catalogue.create(manifest)
        if not self._older.has_signpost():
            self._older.write_signpost(self.catalogue.file)

    def catalogue_faults(self) -> list[str]:
        """Return the faults of the catalogue file, in SQLite's words. The caller holds the lock."""
        return self.catalogue.faults() if self._has_catalogue() else []

    def _has_catalogue(self) -> bool:
        """Return whether the catalogue stores the manifest; false for a new store and one that is not upgraded yet."""
        if self._older.is_older_store():
            return False
        if self.catalogue.file.is_dir():
            # SQLite would report a disk error.
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.catalogue.file))
        if self.catalogue.file.exists():
            return True
        # The signpost is written after the catalogue, and days are rolled up after the first commit.
        if self._older.has_signpost() or any(self.warehouse.glob("days/*/*")):
            raise unreadable(self.catalogue.file, "it is missing, but the store is not empty")
        return False

    def part_records(self, entries: Iterable[FileEntry]) -> list[PartRecords]:
        """Return the parts that contain the entries, sorted by name: the record files of each part, and by place the
        sources of the given entries in it. Entries without a part are left out.

        Raises:
            AuthmeterError: the files of a part are missing, so its records would be left out.
        """
        sources: dict[str, dict[int, str]] = {}
        for entry in entries:
            if entry.part:
                sources.setdefault(entry.part, {})[entry.place] = entry.source
        found = {part: record_files(self.part_folder(part)) for part in sorted(sources)}
        if lost := next((part for part, files in found.items() if not files), None):
            raise damaged_file(str(self.part_folder(lost)), "is missing: the records of a part.")
        return [PartRecords(files, sources[part]) for part, files in found.items()]

    def has_part(self, entry: FileEntry) -> bool:
        """Return whether the records of an entry are stored, and their files exist."""
        return entry.part is not None and bool(record_files(self.part_folder(entry.part)))

    def rejects_file(self, part: str) -> Path:
        """Return the path of a part's rejected records; the file does not exist if no record was rejected."""
        return self.warehouse / "events" / part / "rejects.parquet"

    def fresh_folder(self, name: str) -> Path:
        """Create an empty folder for unfinished files; an existing folder of that name is removed."""
        folder = self.temp / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return folder

    def part_folder(self, part: str) -> Path:
        """Return the folder with the files of a part."""
        return self.warehouse / "events" / part

    def place_part(self, fresh: Path, part: str, digest: str | None = None) -> str:
        """Move a finished part to its place and return the checksum of its files: `digest`, or if that is None, a
        computed one.

        The part counts once a committed manifest lists it.
        """
        digest = digest or digest_of_folder(fresh)
        durable.place_folder(fresh, self.part_folder(part))
        return digest

    def place_days(self, fresh: Mapping[date, Path], manifest: Manifest) -> dict[date, str]:
        """Move the finished tables of some days to their places; return the folders' names for the manifest."""
        names = {day: _new_folder(day, manifest) for day in fresh}
        durable.place_folders({fresh[day]: self.warehouse / "days" / name for day, name in names.items()})
        return names

    def day_folder(self, entry: DayEntry) -> Path:
        """Return the folder with the tables of a rolled-up day."""
        return self.warehouse / "days" / entry.folder

    def day_table(self, entry: DayEntry, table: str) -> Path:
        """Return the Parquet file of one table of a rolled-up day."""
        return Path(self._day_table_path(entry, table))

    def day_table_files(self, manifest: Manifest, table: str) -> dict[date, str]:
        """Return the file of a table for each rolled-up day, in order.

        Days whose events are deleted are left out if they were rolled up by a version without this table.
        """
        return {
            day: self._day_table_path(entry, table)
            for day, entry in sorted(manifest.days.items())
            if table not in LATER or manifest.has_events_of(day) or self.day_table(entry, table).is_file()
        }

    def _day_table_path(self, entry: DayEntry, table: str) -> str:
        # Joining texts is several times as fast as joining paths, and a long history has 20,000 of these files.
        return f"{self.day_folder(entry)}/{table}.parquet"

    def add_restatements(self, manifest: Manifest, frames: "list[pl.DataFrame]", of: str = "") -> int:
        """Store the figures that this run restates, and list the file in the manifest; return the number of figures.

        Args:
            of: kind of the figures, as a word in the file name: empty for figures of days, `OF_PACKAGES` for balances.
        """
        if not frames:
            return 0
        import polars as pl

        rows = pl.concat(frames)
        if rows.is_empty():
            return 0
        name = f"{_of_run(manifest.run + 1)}{of and f'{of}.'}parquet"
        fresh = self.fresh_folder("restatements")
        rows.write_parquet(fresh / name)
        durable.make_folder(self.warehouse / "restatements")
        durable.place_file(fresh / name, self.warehouse / "restatements" / name)
        # In the order in which the catalogue returns them.
        manifest.restatements = sorted({*manifest.restatements, name})
        return len(rows)

    def restatement_files(self, manifest: Manifest, run: int | None = None) -> list[Path]:
        """Return the Parquet files with the restatements of `run`, or of all runs if it is None."""
        start = "" if run is None else _of_run(run)
        return [self.warehouse / "restatements" / name for name in manifest.restatements if name.startswith(start)]

    def clear_unfinished(self, manifest: Manifest) -> None:
        """Remove files of killed runs, and files that the manifest no longer lists. The caller holds the lock."""
        self.catalogue.recover()
        shutil.rmtree(self.temp, ignore_errors=True)
        for folder in (self.data, self.warehouse, self.data / "dagster"):
            durable.clear_unfinished(folder)
        self._clear_dead_exports()
        self._keep_only("events", {entry.part for entry in manifest.files if entry.part and entry.status != "replaced"})
        kept_days: dict[str, set[str]] = {}
        for entry in manifest.days.values():
            day, _, name = entry.folder.partition("/")
            kept_days.setdefault(day, set()).add(name)
        self._keep_only("days", kept_days)
        for day, names in kept_days.items():
            self._keep_only(f"days/{day}", names)
        self._keep_only("restatements", set(manifest.restatements))

    def export_temp(self) -> Path:
        """Return the folder that an export of this process spills to."""
        return self.warehouse / f"export.{os.getpid()}.tmp"

    def _clear_dead_exports(self) -> None:
        for folder in self.warehouse.glob("export.*.tmp"):
            try:
                os.kill(int(folder.name.split(".")[1]), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)
            except (ValueError, PermissionError):
                continue

    def _keep_only(self, folder: str, names: Container[str]) -> None:
        with suppress(FileNotFoundError), os.scandir(self.warehouse / folder) as entries:
            for entry in [entry for entry in entries if entry.name not in names]:
                durable.discard(Path(entry.path))


def _identity(place: Path) -> tuple[int, int]:
    found = place.stat()
    return found.st_dev, found.st_ino


def _new_folder(day: date, manifest: Manifest) -> str:
    """Return the name of the folder for a day's new tables, named after the next run."""
    # A run that only computed lost tables again did not raise the run number, so the manifest may already list this
    # name. That folder must stay until the commit, because new figures are compared with its tables.
    name, before = f"{day}/{manifest.run + 1:08d}", manifest.days.get(day)
    return f"{day}/{manifest.run + 2:08d}" if before and before.folder == name else name


def _of_run(run: int) -> str:
    """Return the prefix of the names of a run's restatement files."""
    return f"{run:08d}."
