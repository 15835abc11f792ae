"""The SQLite files in which Dagster records runs, by their paths in a home."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# The files of all runs, of all assets and of schedules. Each run also has a file in the folder of that of the assets.
FILES = RUNS, ASSETS, SCHEDULES = (
    Path("history", "runs.db"), Path("history", "runs", "index.db"), Path("schedules", "schedules.db")
)  # fmt: skip
_BUSY_SECONDS = 60.0


def open_records(file: Path) -> sqlite3.Connection:
    """A connection to one of Dagster's files, which is there.

    It does not wait for the disk: a power cut may take the last events, which are history and nothing else.
    """
    connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements of the block, or none of them."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        yield


def make_run_file(file: Path, index: Path) -> None:
    """Makes the file of a new run, with the tables of that of all assets.

    Dagster would look through its migrations twice for it.
    """
    with closing(sqlite3.connect(file)) as fresh, closing(sqlite3.connect(index)) as known:
        made = known.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        (version,) = known.execute("SELECT version_num FROM alembic_version").fetchone()
        fresh.execute("PRAGMA journal_mode = WAL")
        fresh.execute("BEGIN")
        for (statement,) in made:
            fresh.execute(statement)
        fresh.execute("INSERT INTO alembic_version VALUES (?)", [version])
        fresh.commit()
