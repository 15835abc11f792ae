"""What was brought from buckets and copied to them: `warehouse/buckets.sqlite`, beside the catalogue.

It is no part of the catalogue, which every run reads whole: a bucket may have given a million objects. Without the
file, all is brought and copied again, and no record counts twice.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pipelines.buckets.names import folded
from pipelines.common import durable
from pipelines.store.store import Store

# `path` is where an object came to under landing, empty for one that is a folder's mark. `gone_in` is the version of a
# folder that first lacked a copied file.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS brought (
    bucket TEXT, key TEXT, size INTEGER NOT NULL, version TEXT NOT NULL, path TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS brought_paths ON brought (folded) WHERE path <> '';
CREATE TABLE IF NOT EXISTS copied (
    target TEXT, path TEXT, digest TEXT NOT NULL, gone_in TEXT, PRIMARY KEY (target, path)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Brought:
    """An object that was brought, and where to."""

    key: str
    size: int
    version: str
    path: str


@dataclass(frozen=True)
class Copied:
    """A file that was copied; `gone_in` is the version of the folder that lacked it first, None while it has it."""

    digest: str
    gone_in: str | None = None


class Ledger:
    """The open file; the lock of the data folder is held."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def brought(self, bucket: str, keys: Iterable[str]) -> dict[str, Brought]:
        """What was brought of these keys, by key."""
        rows = self._connection.execute(
            "SELECT key, size, version, path FROM brought WHERE bucket = ? AND key IN (SELECT value FROM json_each(?))",
            [bucket, json.dumps(list(keys))],
        )
        return {row[0]: Brought(*row) for row in rows}

    def is_taken(self, path: str) -> bool:
        """Whether an object came to a path, or to one that is the same where case does not count."""
        found = self._connection.execute("SELECT 1 FROM brought WHERE folded = ? AND path <> ''", [folded(path)])
        return found.fetchone() is not None

    def note_brought(self, bucket: str, objects: Iterable[Brought]) -> None:
        """Notes objects that are in their places."""
        rows = [(bucket, one.key, one.size, one.version, one.path, folded(one.path)) for one in objects]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO brought VALUES (?, ?, ?, ?, ?, ?)", rows)

    def copied(self, target: str) -> dict[str, Copied]:
        """What was copied to a target, by path."""
        rows = self._connection.execute("SELECT path, digest, gone_in FROM copied WHERE target = ?", [target])
        return {path: Copied(digest, gone_in) for path, digest, gone_in in rows}

    def note_copied(self, target: str, put: Mapping[str, Copied], removed: Iterable[str] = ()) -> None:
        """Notes files that were copied, or are in the folder no more, and those that were removed from the target."""
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
    """The ledger of a data folder, made where there is none.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    durable.make_folder(store.warehouse)
    with closing(sqlite3.connect(store.warehouse / "buckets.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        yield Ledger(connection)
