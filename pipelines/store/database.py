"""The only code that opens DuckDB: a locked workbench for the heavy steps, and the published file.

What is asked of it is in the `sql/` of the package that asks; which files are where is known to `store.py`.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import duckdb

from pipelines.common import durable
from pipelines.common.days import stamp
from pipelines.common.errors import AuthmeterError, BooksError, nothing_published, older_publication
from pipelines.common.sql import literal
from pipelines.contract.macros import contract_macros
from pipelines.contract.measures.sql import sql
from pipelines.contract.settings.settings import Settings

T = TypeVar("T")


class UnreadablePublicationError(AuthmeterError, duckdb.Error):
    """The published file is there and cannot be read. To who can do without it, it is any error of the database."""

    def __init__(self, database: Path, error: duckdb.Error) -> None:
        super().__init__(
            f"The published file cannot be read: {str(error).splitlines()[0]}",
            where=str(database),
            why="What was published last cannot be told from it; the pages of the site are not touched.",
            do="Run `authmeter run`, which makes it anew.",
        )


# Readers with DuckDB 1.2 must be able to open the published file.
STORAGE_VERSION = "v1.2.0"


@contextmanager
def workbench(
    settings: Settings, temp: Path, folders: Sequence[Path], *, keeps_order: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that reaches nothing but `folders`, loads no extension and keeps to its memory.

    What does not fit in memory is spilled, encrypted, to `temp`. With `keeps_order` rows come out of a query as they
    went in.
    """
    temp.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    try:
        _configure(connection, settings, temp)
        if keeps_order:
            connection.execute("SET preserve_insertion_order = true")
            # A list of words would become a join, behind which rows come in any order.
            connection.execute("SET disabled_optimizers = 'in_clause'")
            # Rows that wait to be drawn: with the megabyte of the default, readers stand still at each batch.
            connection.execute("SET streaming_buffer_size = '64MB'")
        connection.execute(contract_macros())
        connection.execute(sql("pipelines.store", "macros"))
        connection.execute("SET allowed_directories = ?", [[f"{folder}/" for folder in folders]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise AuthmeterError(
            f"DuckDB ran out of memory: {str(error).splitlines()[0]}",
            where="memory_limit in authmeter.toml",
            why="The step could not be finished; the last good report still stands.",
            do="Raise memory_limit, or free space in the data folder for what is spilled.",
        ) from None
    except duckdb.ConstraintException as error:
        raise BooksError(
            f"A table has a row without a value that every row has: {str(error).splitlines()[0]}",
            where=str(temp.parent),
            why="A figure would be missing from sums.",
        ) from None
    finally:
        connection.close()


def _configure(connection: duckdb.DuckDBPyConnection, settings: Settings, temp: Path) -> None:
    connection.execute("SET threads = ?", [settings.threads or os.cpu_count() or 1])
    connection.execute("SET memory_limit = ?", [settings.memory_limit])
    connection.execute("SET temp_directory = ?", [str(temp)])
    connection.execute("SET temp_file_encryption = true")
    # Without an extension, DuckDB 2.0 refuses to write anything encrypted, and each spill would fail. It calls its own
    # encryption unsafe for lack of good random numbers; for files that live as long as a step, under a key that is in
    # memory only, it is far better than plain text.
    connection.execute("SET force_mbedtls_unsafe = 'true'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")


def set_files(connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[str]]) -> None:
    """Names lists of files for statements that read them: a view takes no bound parameter."""
    for variable, paths in files.items():
        connection.execute(f"SET VARIABLE {variable} = $paths", {"paths": paths})


def rows_of(
    query: str, parameters: dict[str, object], files: Sequence[Path], settings: Settings
) -> list[tuple[Any, ...]]:
    """What a query over Parquet files gives; it reaches nothing but these files, and writes none."""
    with closing(duckdb.connect()) as connection:
        connection.execute("SET memory_limit = ?", [settings.memory_limit])
        connection.execute("SET allowed_paths = ?", [[str(file) for file in files]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection.execute(query, parameters).fetchall()


def named_rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> list[dict[str, Any]]:
    """What a query gives, each row by the names of its columns."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, temp: Path) -> None:
    """Opens a DuckDB file, read-only, under a name of ours beside what a workbench has; `temp` is a folder of it.

    Raises:
        UnreadablePublicationError: it is no database, or a damaged one.
    """

    def attached(file: Path) -> None:
        connection.execute(f"ATTACH {literal(str(file))} AS {name} (READ_ONLY)")

    try:
        _opened_as_published(database, attached, temp)
    except duckdb.Error as error:
        raise UnreadablePublicationError(database, error) from None


@cache
def expression_parser() -> duckdb.DuckDBPyConnection:
    """A small connection without any file, for looking at SQL expressions. One does for all: a mapping has many."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def open_published(
    database: Path, settings: Settings | None = None, temp: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """The published DuckDB file, read-only, as it was published: a `.wal` beside it changes nothing.

    With settings, it keeps to their memory and threads, and spills what does not fit to `temp`, encrypted.

    Raises:
        UsageError: nothing was published yet.
        UnreadablePublicationError: it is no database, or a damaged one.
    """
    if not database.is_file():
        raise nothing_published(database)
    try:
        connection = _opened_as_published(database, lambda file: duckdb.connect(str(file), read_only=True))
    except duckdb.Error as error:
        raise UnreadablePublicationError(database, error) from None
    if settings and temp:
        _configure(connection, settings, temp)
    connection.execute(contract_macros())
    return connection


@contextmanager
def published_tables(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, to ask its tables; what is wrong with it is said the same way whoever asks.

    Raises:
        UsageError: nothing was published yet, or by a version whose tables lack what is asked.
        UnreadablePublicationError: it is no database, or was found to be damaged by what was asked of it.
    """
    with closing(open_published(database)) as connection:
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise older_publication(database, str(error).splitlines()[0]) from None
        except duckdb.Error as error:
            raise UnreadablePublicationError(database, error) from None


def _opened_as_published(database: Path, opened: Callable[[Path], T], temp: Path | None = None) -> T:
    """What `opened` gives for the file, or, where a client opened it for writing, for a copy of it.

    DuckDB replays a `.wal` that lies beside a file, also where it only reads, and follows links to find it. And it
    waits for no writer: where one has the file, it refuses to open it.
    """
    if not has_wal(database):
        try:
            return opened(database)
        except duckdb.IOException as error:
            if "lock" not in str(error) and not has_wal(database):
                raise
    # Once it is open, its name is not needed any more.
    with TemporaryDirectory(prefix="authmeter-", dir=temp) as folder:
        copy = Path(folder) / database.name
        shutil.copyfile(database, copy)
        return opened(copy)


def _wal_files(database: Path) -> list[Path]:
    """What a client that opened the file for writing left beside it, or is writing there now."""
    return list(database.parent.glob(f"{database.name}.wal*"))


def has_wal(database: Path) -> bool:
    """Whether a client that opened the file for writing left its `.wal`. It may have changed the file itself, too."""
    return bool(_wal_files(database))


def remove_wal(database: Path) -> None:
    """Removes what clients that opened the published file for writing left beside it: DuckDB would replay it onto
    whatever stands there. The caller holds the lock of the data folder.
    """
    found = _wal_files(database)
    for file in found:
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
    if found:
        durable.sync_folder(database.parent)


def place_published(fresh: Path, database: Path) -> None:
    """Puts a finished file in the published one's place, in one step. It may be read by whom the umask says, and
    written by nobody.
    """
    fresh.chmod(stat.S_IMODE(fresh.stat().st_mode) & ~0o222)
    remove_wal(database)
    durable.place_file(fresh, database)
    # A client that has the file from before open may have written since.
    remove_wal(database)


def published_run(database: Path) -> tuple[int, str] | None:
    """The run that the published file shows, and its time as the manifest has it; None where there is no file that can
    be read, or a client has it open for writing.
    """
    if not database.is_file():
        return None
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            return run_of(connection)
    except duckdb.Error:
        return None


def run_of(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The run that an open published file shows, and its time as the manifest has it."""
    # An older version wrote the time as a text.
    query = "SELECT run, generated_at::TIMESTAMPTZ, time_zone FROM publication"
    run, generated_at, time_zone = connection.execute(query).fetchall()[0]
    return int(run), stamp(generated_at, time_zone)
