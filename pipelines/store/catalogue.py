"""The catalogue: the SQLite file that holds the manifest. A commit writes the changed rows in one transaction.

This module opens the file and handles its errors; its tables are defined in `catalogue_rows.py`, and `store.py` decides
which manifest counts if there is no catalogue.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pipelines.common.errors import AuthmeterError
from pipelines.common.files import durable
from pipelines.common.files.rights import rights_error
from pipelines.common.process.collector import without_collector
from pipelines.store.catalogue_rows import (
    COMMITS,
    EMPTY,
    TABLES,
    Change,
    Image,
    Row,
    changes,
    image_of,
    manifest_of,
    state_of,
)
from pipelines.store.manifest import SCHEMA_VERSION, Manifest, State

T = TypeVar("T")

# The application id in the header of the SQLite file: "auth".
_APPLICATION = 0x61757468
# Commits and reads take moments, so a file locked for longer than this is reported as held by another program.
BUSY_SECONDS = 60.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Callers translate these errors for the user: see `common/process/machine_limits.py`.
_OF_THE_MACHINE = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM)


class Catalogue:
    """The catalogue stored in `file`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._journal = file.with_name(f"{file.name}-journal")

    def read(self) -> Manifest:
        """Return the manifest.

        Raises:
            AuthmeterError: the file is damaged, from a newer version of authmeter, or locked by another program.
        """
        # Garbage collection would take half of the time of this block.
        with without_collector():
            rows = self._read(lambda connection: {name: _rows(connection, name) for name in TABLES})
            try:
                return manifest_of(rows)
            except (KeyError, TypeError, ValueError) as error:
                raise unreadable(self.file, str(error)) from None

    def read_state(self) -> State:
        """Return the state of the manifest, without reading files and days. Raises the errors of `read`."""
        rows = self._read(lambda connection: _rows(connection, "state"))
        try:
            return state_of(rows)
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable(self.file, str(error)) from None

    def is_as_read(self, manifest: Manifest) -> bool:
        """Return whether nobody has committed to the catalogue since this manifest was read or committed."""
        known = manifest.as_read
        return isinstance(known, Image) and self._read(_commits) == known.commits

    def faults(self) -> list[str]:
        """Return the faults that SQLite finds in the file, in SQLite's words.

        The caller holds the lock of the data folder.
        """
        # On a read-only connection, SQLite does not check the values of a row.
        with self._write_transaction() as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
        return [text for (text,) in found if text != "ok"]

    def create(self, manifest: Manifest) -> None:
        """Create the catalogue with this manifest, in one step; an existing catalogue is replaced."""
        fresh = self.file.with_name(f".{self.file.name}.new")
        with without_collector():
            image = image_of(manifest, 1, {})
            changed = list(changes(EMPTY, image))
        fresh.unlink(missing_ok=True)
        # If SQLite created the file, only its owner could write it, whatever the umask.
        fresh.touch()
        with closing(_connect(fresh, "rw")) as connection:
            # Readers see the file only when it is complete and flushed to disk.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            _write(connection, changed, image.commits)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute("COMMIT")
        if self._journal.exists():
            # SQLite would apply the journal of a killed commit to the previous file to the new file.
            self._journal.unlink()
            durable.sync_folder(self.file.parent)
        durable.place_file(fresh, self.file)
        manifest.as_read = image

    def write(self, manifest: Manifest) -> None:
        """Commit the manifest. Without a change, nothing is written.

        Raises:
            AuthmeterError: another program committed since the manifest was read; also the errors of `read`.
        """
        before = manifest.as_read if isinstance(manifest.as_read, Image) else self.read().as_read
        assert isinstance(before, Image)
        with without_collector():
            after = image_of(manifest, before.commits + 1, before.numbers)
            changed = list(changes(before, after))
        if not changed:
            return
        with self._write_transaction() as connection:
            if _commits(connection) != before.commits:
                raise AuthmeterError(
                    "Another program changed the catalogue after it was read.",
                    where=str(self.file),
                    why="Its changes would be lost.",
                    do="Check that no other program uses the data folder, then run again.",
                )
            _write(connection, changed, after.commits)
        manifest.as_read = after

    def recover(self) -> None:
        """Roll back a commit that was killed halfway. The caller holds the lock of the data folder."""
        if self._journal.exists() and self.file.exists():
            with self._write_transaction() as connection:
                _commits(connection)

    @contextmanager
    def _write_transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction; it is committed and on disk when the context ends."""
        try:
            with closing(_connect(self.file, "rw")) as connection:
                # Write-ahead logging does not work on network file systems, and a single writer does not need it.
                connection.execute("PRAGMA journal_mode = DELETE")
                # FULL, but the folder is also flushed after the journal is deleted. Until then, a crash would undo the
                # commit.
                connection.execute("PRAGMA synchronous = EXTRA")
                # Data that retention deletes must not remain in free pages.
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._in_words(error, _DAMAGED) from error

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of `query`, which reads one consistent state of the file."""
        while True:
            try:
                with closing(_connect(self.file, "ro")) as connection:
                    connection.execute("BEGIN")
                    _require_known(connection, self.file)
                    return query(connection)
            except sqlite3.DatabaseError as error:
                if _code(error) != sqlite3.SQLITE_READONLY_ROLLBACK:
                    raise self._in_words(error) from error
            # A run was killed in a commit. The next run rolls it back in the file; until then, roll it back in a copy.
            # Reading never writes, so a copy of the folder that is made under its lock is consistent.
            with TemporaryDirectory(prefix="authmeter-") as folder:
                if copy := self._copied(Path(folder)):
                    copy.recover()
                    return copy._read(query)

    def _copied(self, folder: Path) -> "Catalogue | None":
        """Copy the file and its journal into a folder; return None if either changed or vanished meanwhile."""
        copy = Catalogue(folder / self.file.name)
        try:
            before = _stamps(self.file, self._journal)
            shutil.copyfile(self.file, copy.file)
            shutil.copyfile(self._journal, copy._journal)
            return copy if _stamps(self.file, self._journal) == before else None
        except FileNotFoundError:
            return None

    def _in_words(self, error: sqlite3.DatabaseError, codes: tuple[int, ...] | None = None) -> Exception:
        """Return an AuthmeterError if the file is locked, unreadable or damaged; else return SQLite's error.

        `codes` are SQLite's error codes that mean damage. Without `codes`, all codes mean damage, except codes of the
        machine, such as the code for a full disk.
        """
        code = _code(error) & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            return AuthmeterError(
                f"Another program has locked the catalogue for {BUSY_SECONDS:.0f} seconds.",
                where=str(self.file),
                why="authmeter can neither read nor commit the catalogue while it is locked.",
                do="End that program or its open transaction, then run again.",
            )
        if code == sqlite3.SQLITE_CANTOPEN and self.file.exists() and not os.access(self.file, os.R_OK):
            return rights_error(self.file)
        is_damaged = code in codes if codes else code not in _OF_THE_MACHINE
        return unreadable(self.file, str(error)) if is_damaged else error


def unreadable(file: Path, found: str) -> AuthmeterError:
    """Return the error for a damaged or lost catalogue, or for a damaged manifest of an older store."""
    return AuthmeterError(
        f"The catalogue cannot be read: {found}",
        where=str(file),
        why="It stores which records count; without it nothing can be published.",
        do="Restore the warehouse folder from a backup, or remove it: the next run reads all of landing again.",
    )


def require_known_version(version: int, file: Path) -> None:
    """Raise AuthmeterError if a newer authmeter wrote the store: its version is higher than `SCHEMA_VERSION`."""
    if version > SCHEMA_VERSION:
        raise AuthmeterError(
            f"The store was written by a newer authmeter (version {version} of the store, here {SCHEMA_VERSION}).",
            where=str(file),
            why="This version would delete or count twice what only the newer one stores.",
            do="Use that version of authmeter or a newer one.",
        )


def _code(error: sqlite3.DatabaseError) -> int:
    """Return SQLite's error code; 0 for an error that Python raises itself, such as for text that is not UTF-8."""
    return getattr(error, "sqlite_errorcode", 0)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _require_known(connection: sqlite3.Connection, file: Path) -> None:
    ((application,),) = connection.execute("PRAGMA application_id").fetchall()
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    if application != _APPLICATION:
        raise unreadable(file, "it is not a catalogue of authmeter")
    require_known_version(version, file)


def _rows(connection: sqlite3.Connection, name: str) -> list[Row]:
    table = TABLES[name]
    if table.is_later and not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", [name]).fetchall():
        return []
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    return connection.execute(f"SELECT {columns} FROM {name} ORDER BY {key}").fetchall()


def _commits(connection: sqlite3.Connection) -> int:
    ((commits,),) = connection.execute("SELECT value FROM state WHERE name = ?", [COMMITS]).fetchall()
    return int(commits)


def _write(connection: sqlite3.Connection, changed: list[Change], commits: int) -> None:
    for name, table in TABLES.items():
        connection.execute(table.creation(name))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for change in changed:
        columns = TABLES[change.table].columns
        key = " AND ".join(f"{column} = ?" for column in TABLES[change.table].key)
        connection.executemany(f"DELETE FROM {change.table} WHERE {key}", change.gone)
        values = ", ".join("?" for _ in columns)
        connection.executemany(
            f"INSERT OR REPLACE INTO {change.table} ({', '.join(columns)}) VALUES ({values})", change.put
        )
    connection.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", [COMMITS, commits])


def _stamps(*files: Path) -> list[tuple[int, ...]]:
    return [(info.st_ino, info.st_size, info.st_mtime_ns) for info in map(os.stat, files)]
