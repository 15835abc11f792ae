"""Makes the SQLite tables of a new Dagster home: the tables that Dagster itself makes, in a fraction of the time.

Dagster checks its hundred migrations seven times, and waits for the disk after each of 58 statements.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from dagster._core.storage.event_log.migration import ASSET_DATA_MIGRATIONS, EVENT_LOG_DATA_MIGRATIONS
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.runs import migration as runs
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules import migration as schedules
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.sql import check_alembic_revision, get_alembic_config
from sqlalchemy import Connection, MetaData, create_engine

from pipelines.orchestration.home.record_files import FILES

# The tables of each file, and the data migrations that a new file does not need.
_CONTENTS = (
    (RunStorageSqlMetadata, [*runs.REQUIRED_DATA_MIGRATIONS, *runs.OPTIONAL_DATA_MIGRATIONS]),
    (SqlEventLogStorageMetadata, [*EVENT_LOG_DATA_MIGRATIONS, *ASSET_DATA_MIGRATIONS]),
    (
        ScheduleStorageSqlMetadata,
        [*schedules.REQUIRED_SCHEDULE_DATA_MIGRATIONS, *schedules.OPTIONAL_SCHEDULE_DATA_MIGRATIONS],
    ),
)


def make_tables(home: Path) -> None:
    """Make the SQLite files of a home that are missing or have no tables, one transaction each."""
    version = None
    for name, (tables, migrations) in zip(FILES, _CONTENTS, strict=True):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        # After a full disk or a crash, a file may exist without tables. Dagster would not add the tables of assets to
        # it.
        if _has_tables(home / name):
            continue
        engine = create_engine(f"sqlite:///{home / name}")
        with engine.connect() as connection:
            version = version or check_alembic_revision(get_alembic_config(sqlite_run_storage.__file__), connection)[1]
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("BEGIN")
            _fill(connection, tables, migrations, str(version))
            connection.commit()
        engine.dispose()


def _has_tables(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall())


def _fill(connection: Connection, tables: MetaData, migrations: list[str], version: str) -> None:
    tables.create_all(connection, checkfirst=False)
    notes = [{"name": name, "migration_completed": datetime.now()} for name in migrations]  # noqa: DTZ005
    connection.execute(tables.tables["secondary_indexes"].insert(), notes)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (version,))
