"""Records the objects downloaded from buckets and the files copied to buckets, in `warehouse/buckets.sqlite`.

The file is separate from the catalogue, which every run reads as a whole, because a bucket can have a million objects.
If the file is removed, everything is downloaded and copied again, and no record counts twice.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pipelines.buckets.names import folded
from pipelines.common.files import durable
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.common.text import Bilingual
from pipelines.store.store import Store

# `path` is the object's path under landing, empty for a folder marker. `gone_in` is the version of the folder that
# first lacked a copied file.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS brought (
    bucket TEXT, key TEXT, size INTEGER NOT NULL, version TEXT NOT NULL, path TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS brought_paths ON brought (folded) WHERE path <> '';
CREATE TABLE IF NOT EXISTS waiting (bucket TEXT, place TEXT, key TEXT, PRIMARY KEY (bucket, place, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copied (
    target TEXT, path TEXT, digest TEXT NOT NULL, gone_in TEXT, PRIMARY KEY (target, path)
) WITHOUT ROWID;
"""

_NOT_USABLE = Bilingual(
    "warehouse/buckets.sqlite 暂时无法读写，下次运行再试",
    "warehouse/buckets.sqlite cannot be read or written now: the next run tries again",
)


@dataclass(frozen=True)
class FetchedObject:
    """A downloaded object. `path` is its path under landing, empty for a folder marker."""

    key: str
    size: int
    version: str
    path: str


@dataclass(frozen=True)
class Copied:
    """A file copied to a bucket. `gone_in` is the folder's first version without the file, else None."""

    digest: str
    gone_in: str | None = None


class Ledger:
    """The open `buckets.sqlite`. The lock of the data folder must be held."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fetched(self, bucket: str, keys: Iterable[str]) -> dict[str, FetchedObject]:
        """Return the objects with these `keys` that were downloaded from a bucket, by key."""
        rows = self._connection.execute(
            "SELECT key, size, version, path FROM brought WHERE bucket = ? AND key IN (SELECT value FROM json_each(?))",
            [bucket, json.dumps(list(keys))],
        )
        return {row[0]: FetchedObject(*row) for row in rows}

    def is_taken(self, path: str) -> bool:
        """Whether an object was downloaded to a path, or to a path that names the same file on file systems that ignore
        case or Unicode normalization.
        """
        found = self._connection.execute("SELECT 1 FROM brought WHERE folded = ? AND path <> ''", [folded(path)])
        return found.fetchone() is not None

    def add_fetched(self, bucket: str, objects: Iterable[FetchedObject]) -> None:
        """Record downloaded objects of a bucket. Their files must be in landing already."""
        rows = [(bucket, one.key, one.size, one.version, one.path, folded(one.path)) for one in objects]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO brought VALUES (?, ?, ?, ?, ?, ?)", rows)

    def waiting(self, bucket: str, place: str) -> set[str]:
        """Return the keys of a bucket's objects that wait to be downloaded into the folder `place` of landing."""
        rows = self._connection.execute("SELECT key FROM waiting WHERE bucket = ? AND place = ?", [bucket, place])
        return {key for (key,) in rows}

    def note_waiting(self, bucket: str, place: str, keys: Iterable[str]) -> None:
        """Replace the keys of a bucket's objects that wait to be downloaded into the folder `place` of landing."""
        with self._transaction():
            self._connection.execute("DELETE FROM waiting WHERE bucket = ? AND place = ?", [bucket, place])
            rows = [(bucket, place, key) for key in keys]
            self._connection.executemany("INSERT INTO waiting VALUES (?, ?, ?)", rows)

    def copied(self, target: str) -> dict[str, Copied]:
        """Return the files copied to `target`, a bucket or a folder in it, by path."""
        rows = self._connection.execute("SELECT path, digest, gone_in FROM copied WHERE target = ?", [target])
        return {path: Copied(digest, gone_in) for path, digest, gone_in in rows}

    def note_copied(self, target: str, put: Mapping[str, Copied], removed: Iterable[str] = ()) -> None:
        """Store the entries in `put`, by path. Delete the entries of `removed`, which the target no longer has."""
        with self._transaction():
            rows = [(target, path, one.digest, one.gone_in) for path, one in put.items()]
            self._connection.executemany("INSERT OR REPLACE INTO copied VALUES (?, ?, ?, ?)", rows)
            gone = [(target, path) for path in removed]
            self._connection.executemany("DELETE FROM copied WHERE target = ? AND path = ?", gone)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


@contextmanager
def open_ledger(store: Store) -> Iterator[Ledger]:
    """Open the ledger of a data folder; create it if it does not exist.

    Raises:
        sqlite3.DatabaseError: the ledger is damaged, or cannot be used now (`OperationalError`).
    """
    durable.make_folder(store.warehouse)
    with closing(sqlite3.connect(store.warehouse / "buckets.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        yield Ledger(connection)


def finding_on(error: sqlite3.DatabaseError, store: Store, damaged: Bilingual) -> Bilingual:
    """Return the finding on an error of the ledger. An `OperationalError` means that the ledger cannot be used now; any
    other error gives the text `damaged`.

    Raises:
        AuthmeterError: the machine is the cause (see `as_machine_error`), such as a full disk or missing rights.
    """
    if known := as_machine_error(error, str(store.data)):
        raise known from error
    return _NOT_USABLE if isinstance(error, sqlite3.OperationalError) else damaged
