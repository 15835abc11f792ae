"""Parts, day tables and the manifest: the only code that knows the paths under the data folder's `warehouse/`.

The manifest, written last, says which parts and day tables count. Whatever dies before it left nothing behind
that counts, and the next run clears it away.
"""

import json
import os
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipelines.common import durable
from pipelines.common.digests import digest_of_folder
from pipelines.common.errors import AuthmeterError
from pipelines.store.manifest import SCHEMA_VERSION, DayEntry, FileEntry, Manifest
from pipelines.store.part_records import PartRecords, record_files
from pipelines.store.upgrades import upgraded

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
        self.temp = self.warehouse / "tmp"
        self.site = data / "site"
        self.site_generations = data / ".site"
        self.lock = self.warehouse / ".lock"
        self._manifest_file = self.warehouse / "manifest.json"

    def read_manifest(self) -> Manifest:
        """The manifest; an empty one in a new data folder.

        Raises:
            AuthmeterError: it is damaged, lost, or of a newer version of authmeter.
        """
        if not self._manifest_file.exists():
            # A day is rolled up after the first commit: where there are days, there was a manifest.
            if any(self.warehouse.glob("days/*/*")):
                raise self._unreadable("it is missing, and the store is not empty")
            return Manifest()
        try:
            raw = json.loads(self._manifest_file.read_bytes())
            version = int(raw.get("schema_version", 1))
        except (ValueError, TypeError, AttributeError) as error:
            raise self._unreadable(str(error)) from None
        if version > SCHEMA_VERSION:
            raise AuthmeterError(
                f"The store was written by a newer authmeter (version {version} of the store, here {SCHEMA_VERSION}).",
                where=str(self._manifest_file),
                why="What this version does not know of, it would take away or count twice.",
                do="Use that version of authmeter or a newer one.",
            )
        try:
            return Manifest.model_validate_json(json.dumps(upgraded(raw, self.warehouse, SCHEMA_VERSION)))
        except (ValidationError, KeyError) as error:
            found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else f"it lacks {error}"
            raise self._unreadable(found) from None

    def _unreadable(self, found: str) -> AuthmeterError:
        return AuthmeterError(
            f"The manifest cannot be read: {found}",
            where=str(self._manifest_file),
            why="It says which records count; without it nothing can be published.",
            do="Restore the warehouse folder from a backup, or remove it: the next run reads all of landing again.",
        )

    def commit(self, manifest: Manifest) -> None:
        """Makes the manifest the one that counts: the only commit point of the store."""
        durable.make_folder(self.warehouse)
        durable.write_file(self._manifest_file, manifest.model_dump_json(indent=1).encode())

    def part_files(self, parts: Iterable[str]) -> list[Path]:
        """The Parquet files with the records of parts, in order."""
        return [file for part in sorted(parts) for file in record_files(self.part_folder(part))]

    def part_records(self, entries: Iterable[FileEntry]) -> list[PartRecords]:
        """The stored records of contents, by the parts that hold them, in order."""
        sources: dict[str, dict[int, str]] = {}
        for entry in entries:
            if entry.part:
                sources.setdefault(entry.part, {})[entry.place] = entry.source
        return [PartRecords(record_files(self.part_folder(part)), sources[part]) for part in sorted(sources)]

    def rejects_file(self, part: str) -> Path:
        """The Parquet file with the rejected records of a part; absent where none was rejected."""
        return self.warehouse / "events" / part / "rejects.parquet"

    def fresh_folder(self, name: str) -> Path:
        """An empty folder for something unfinished."""
        folder = self.temp / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return folder

    def part_folder(self, part: str) -> Path:
        """The folder with the files of a part."""
        return self.warehouse / "events" / part

    def place_part(self, fresh: Path, part: str) -> str:
        """Moves a finished part to its place; it counts once a manifest names it. Gives the checksum of its files."""
        digest = digest_of_folder(fresh)
        durable.place_folder(fresh, self.part_folder(part))
        return digest

    def place_day(self, fresh: Path, day: date, run: int) -> str:
        """Moves a finished day's tables to their place; gives the folder's name for the manifest."""
        folder = f"{day}/{run:08d}"
        durable.place_folder(fresh, self.warehouse / "days" / folder)
        return folder

    def day_folder(self, entry: DayEntry) -> Path:
        """The folder with the tables of a rolled-up day."""
        return self.warehouse / "days" / entry.folder

    def day_table(self, entry: DayEntry, table: str) -> Path:
        """The Parquet file of one table of a rolled-up day."""
        return self.day_folder(entry) / f"{table}.parquet"

    def add_restatements(self, manifest: Manifest, frames: "list[pl.DataFrame]") -> int:
        """Stores the figures that this run restates, and names them in the manifest; gives how many there are."""
        if not frames:
            return 0
        import polars as pl

        rows = pl.concat(frames)
        if rows.is_empty():
            return 0
        name = f"{manifest.run + 1:08d}.parquet"
        fresh = self.fresh_folder("restatements")
        rows.write_parquet(fresh / name)
        durable.sync_file(fresh / name)
        durable.make_folder(self.warehouse / "restatements")
        os.replace(fresh / name, self.warehouse / "restatements" / name)
        durable.sync_folder(self.warehouse / "restatements")
        manifest.restatements = [*(n for n in manifest.restatements if n != name), name]
        return len(rows)

    def restatement_files(self, manifest: Manifest) -> list[Path]:
        """The Parquet files with the restatements of all runs."""
        return [self.warehouse / "restatements" / name for name in manifest.restatements]

    def clear_unfinished(self, manifest: Manifest) -> None:
        """Removes what dead runs left and what no manifest names any more."""
        shutil.rmtree(self.temp, ignore_errors=True)
        for folder in (self.data, self.warehouse, self.data / "dagster"):
            durable.clear_unfinished(folder)
        self._clear_dead_exports()
        self._keep_only("events", {entry.part for entry in manifest.files if entry.part and entry.status != "replaced"})
        kept_days = {entry.folder for entry in manifest.days.values()}
        self._keep_only("days", {folder.partition("/")[0] for folder in kept_days})
        for day in sorted((self.warehouse / "days").glob("*")):
            self._keep_only(
                f"days/{day.name}", {f.partition("/")[2] for f in kept_days if f.startswith(f"{day.name}/")}
            )
        self._keep_only("restatements", set(manifest.restatements))

    def export_temp(self) -> Path:
        """Where an export of this process spills to."""
        return self.warehouse / f"export.{os.getpid()}.tmp"

    def _clear_dead_exports(self) -> None:
        for folder in self.warehouse.glob("export.*.tmp"):
            try:
                os.kill(int(folder.name.split(".")[1]), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)
            except (ValueError, PermissionError):
                continue

    def _keep_only(self, folder: str, names: set[str]) -> None:
        for entry in sorted((self.warehouse / folder).glob("*")):
            if entry.name not in names:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
