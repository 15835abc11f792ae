"""Parts, day tables and the manifest: the only code that knows the paths under the data folder's `warehouse/`.

The manifest, written last, says which parts and day tables count. Whatever dies before it left nothing behind
that counts, and the next run clears it away.
"""

import os
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines import durable
from pipelines.errors import AuthmeterError

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1
Status = Literal["read", "damaged", "held", "replaced"]


class DayRows(BaseModel):
    """A file's accepted records of one day, and how many of them came after the day was closed."""

    accepted: int
    late: int = 0


class FileEntry(BaseModel):
    """One content of one landed path, and its books."""

    path: str
    sha256: str
    bytes: int
    stamp: str
    source: str
    mapping: str = ""
    status: Status
    first_read_at: str
    closed_through: date | None
    part: str | None = None
    finding: str | None = None
    is_gone: bool = False
    records_read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    nulled: dict[str, int] = {}
    days: dict[date, DayRows] = {}


class DayEntry(BaseModel):
    """One rolled-up day: its folder, the checksum of its tables, the parts behind it and its books."""

    folder: str
    content: str
    fingerprint: str
    parts: list[str]
    accepted: int
    counted: int
    unmapped: int


class Manifest(BaseModel):
    """What counts. `run` numbers the runs that changed data; `generated_at` is the time of the last of them."""

    model_config = ConfigDict(validate_assignment=False)

    schema_version: int = SCHEMA_VERSION
    key_fingerprint: str | None = None
    time_zone: str | None = None
    run: int = 0
    generated_at: str | None = None
    as_of: date | None = None
    files: list[FileEntry] = []
    days: dict[date, DayEntry] = {}
    platforms: dict[str, str] = {}
    unreadable: list[str] = []
    restatements: list[str] = []
    inputs: str | None = None

    @property
    def closed_through(self) -> date | None:
        """The last day that was closed with its records; None where no record was ever published."""
        return self.as_of if self.days else None

    def live_files(self) -> list[FileEntry]:
        """The contents that count: status `read`."""
        return [entry for entry in self.files if entry.status == "read"]


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
            AuthmeterError: it is damaged, or of a newer version of authmeter.
        """
        if not self._manifest_file.exists():
            return Manifest()
        try:
            manifest = Manifest.model_validate_json(self._manifest_file.read_bytes())
        except ValidationError as error:
            raise AuthmeterError(
                f"The manifest cannot be read: {error.errors()[0]['msg']}",
                where=str(self._manifest_file),
                why="It says which records count; without it nothing can be published.",
                do="Restore the warehouse folder from a backup, or remove it: the next run reads all of landing again.",
            ) from None
        if manifest.schema_version > SCHEMA_VERSION:
            raise AuthmeterError(
                f"The store was written by a newer authmeter (version {manifest.schema_version} of the store).",
                where=str(self._manifest_file),
                do="Use that version or a newer one.",
            )
        return manifest

    def commit(self, manifest: Manifest) -> None:
        """Makes the manifest the one that counts: the only commit point of the store."""
        self.warehouse.mkdir(parents=True, exist_ok=True)
        durable.write_file(self._manifest_file, manifest.model_dump_json(indent=1).encode())

    def part_files(self, parts: Iterable[str]) -> list[Path]:
        """The Parquet files with the events of parts, in order."""
        folders = (self.warehouse / "events" / part for part in sorted(parts))
        return [
            file for folder in folders for name in ("events", "exact") if (file := folder / f"{name}.parquet").exists()
        ]

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

    def place_part(self, fresh: Path, part: str) -> None:
        """Moves a finished part to its place; it counts once a manifest names it."""
        durable.place_folder(fresh, self.warehouse / "events" / part)

    def place_day(self, fresh: Path, day: date, run: int) -> str:
        """Moves a finished day's tables to their place; gives the folder's name for the manifest."""
        folder = f"{day}/{run:08d}"
        durable.place_folder(fresh, self.warehouse / "days" / folder)
        return folder

    def day_table(self, entry: DayEntry, table: str) -> Path:
        """The Parquet file of one table of a rolled-up day."""
        return self.warehouse / "days" / entry.folder / f"{table}.parquet"

    def add_restatements(self, manifest: Manifest, frames: "list[pl.DataFrame]") -> int:
        """Stores the figures that this run restates, and names them in the manifest; gives how many there are."""
        import polars as pl

        rows = pl.concat(frames) if frames else pl.DataFrame()
        if rows.is_empty():
            return 0
        name = f"{manifest.run + 1:08d}.parquet"
        fresh = self.fresh_folder("restatements")
        rows.write_parquet(fresh / name)
        durable.sync_file(fresh / name)
        (self.warehouse / "restatements").mkdir(exist_ok=True)
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
        self._keep_only("events", {entry.part for entry in manifest.files if entry.part and entry.status != "replaced"})
        kept_days = {entry.folder for entry in manifest.days.values()}
        self._keep_only("days", {folder.partition("/")[0] for folder in kept_days})
        for day in sorted((self.warehouse / "days").glob("*")):
            self._keep_only(
                f"days/{day.name}", {f.partition("/")[2] for f in kept_days if f.startswith(f"{day.name}/")}
            )
        self._keep_only("restatements", set(manifest.restatements))

    def _keep_only(self, folder: str, names: set[str]) -> None:
        for entry in sorted((self.warehouse / folder).glob("*")):
            if entry.name not in names:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
