"""Opens and makes the SQLite files in which Dagster records runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# The files of all runs, all assets and schedules. Each run also has a file of its own beside the file of all assets.
FILES = RUNS, ASSETS, SCHEDULES = (
    Path("history", "runs.db"), Path("history", "runs", "index.db"), Path("schedules", "schedules.db")
)  # fmt: skip
_BUSY_SECONDS = 60.0


def open_records(file: Path) -> sqlite3.Connection:
    """Open one of Dagster's existing files.

    The connection does not wait for the disk: a power cut can lose the last events, which are only history.
    """
    connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit all statements of the block, or none."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        yield


def make_run_file(file: Path, index: Path) -> None:
    """Make the file of a new run with the tables of `index`, the file of all assets.

    Dagster's own code is not used for this, because it would check its migrations twice first.
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
