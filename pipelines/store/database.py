"""The only code that opens DuckDB: a locked in-memory workbench for heavy steps, and the published file.

The queries are in `sql/` of the package that runs them; the paths of files are in `store.py`.
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
    """The published file exists and cannot be read.

    As a `duckdb.Error`, callers that can go on without the file catch it.
    """

    def __init__(self, database: Path, error: duckdb.Error) -> None:
        super().__init__(
            f"The published file cannot be read: {str(error).splitlines()[0]}",
            where=str(database),
            why="The last published figures cannot be read; the pages of the site are unchanged.",
            do="Run `authmeter run`, which makes it again.",
        )


# Readers with DuckDB 1.2 must be able to open the published file.
STORAGE_VERSION = "v1.2.0"


def create_file(file: Path, name: str) -> duckdb.DuckDBPyConnection:
    """Create a DuckDB file in the format of the published one, attached to the returned connection under `name`."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH {literal(str(file))} AS {name} (STORAGE_VERSION '{STORAGE_VERSION}')")
    return connection


_SHARED: dict[Path, dict[tuple[object, ...], duckdb.DuckDBPyConnection]] = {}
"""The databases that `shared_workbenches` keeps open, by folder for spilled data, and by what a workbench asks for."""


@contextmanager
def shared_workbenches(temp: Path) -> Iterator[None]:
    """Until this ends, workbenches that spill to `temp` and ask for the same are connections to one database.

    Opening a database takes 20 ms, and a small run would open seven. Each connection has temporary tables and variables
    of its own; they share the memory limit.
    """
    if temp in _SHARED:
        yield
        return
    databases = _SHARED[temp] = {}
    try:
        yield
    finally:
        del _SHARED[temp]
        for database in databases.values():
            database.close()


@contextmanager
def workbench(
    settings: Settings, temp: Path, folders: Sequence[Path], *, keeps_order: bool = False, is_shared: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that can access only `folders`, loads no extension and respects the memory limit.

    Data that exceeds memory is spilled, encrypted, to `temp`.

    Args:
        keeps_order: whether queries return rows in the order of their input. Such a workbench is never shared, because
            an option for it cannot be set for all connections to a database.
        is_shared: whether it may be a connection to a database of `shared_workbenches`. A workbench with functions in
            Python may not: they belong to the database.
    """
    temp.mkdir(parents=True, exist_ok=True)
    databases = _SHARED.get(temp)
    if databases is None or keeps_order or not is_shared:
        with closing(_opened(settings, temp, folders, keeps_order)) as database, _limits_explained(temp):
            yield database
        return
    asked = settings.threads, settings.memory_limit, *folders
    if asked not in databases:
        databases[asked] = _opened(settings, temp, folders, keeps_order)
    try:
        with closing(databases[asked].cursor()) as connection, _limits_explained(temp):
            yield connection
    except BaseException:
        # A failed statement may leave an attached file, or make DuckDB refuse all further statements.
        if asked in databases:
            databases.pop(asked).close()
        raise


def _opened(settings: Settings, temp: Path, folders: Sequence[Path], keeps_order: bool) -> duckdb.DuckDBPyConnection:
    """Return a new database with the macros, locked to `folders`."""
    database = duckdb.connect()
    try:
        _configure(database, settings, temp)
        if keeps_order:
            database.execute("SET preserve_insertion_order = true")
            # The optimizer would turn a list of words into a join, whose output has no order.
            database.execute("SET disabled_optimizers = 'in_clause'")
            # Buffer of rows not fetched yet: with the default of one megabyte, readers wait at each batch.
            database.execute("SET streaming_buffer_size = '64MB'")
        # Temporary macros would be missing in further connections.
        macros = f"{contract_macros()};\n{sql('pipelines.store', 'macros')}"
        database.execute(macros.replace("CREATE TEMP MACRO", "CREATE MACRO"))
        database.execute("SET allowed_directories = ?", [[f"{folder}/" for folder in folders]])
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _limits_explained(temp: Path) -> Iterator[None]:
    """Translate DuckDB's errors about memory and required values."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise AuthmeterError(
            f"DuckDB ran out of memory: {str(error).splitlines()[0]}",
            where="memory_limit in authmeter.toml",
            why="The step did not finish; the last good report stays published.",
            do="Raise memory_limit, or free space in the data folder for spilled data.",
        ) from None
    except duckdb.ConstraintException as error:
        raise BooksError(
            f"A table has a row without a required value: {str(error).splitlines()[0]}",
            where=str(temp.parent),
            why="A figure would be missing from sums.",
        ) from None


def _configure(connection: duckdb.DuckDBPyConnection, settings: Settings, temp: Path) -> None:
    connection.execute("SET threads = ?", [settings.threads or os.cpu_count() or 1])
    connection.execute("SET memory_limit = ?", [settings.memory_limit])
    connection.execute("SET temp_directory = ?", [str(temp)])
    connection.execute("SET temp_file_encryption = true")
    # Without an extension, DuckDB 2.0 refuses to write encrypted files, and each spill would fail. DuckDB calls its own
    # encryption unsafe because its random numbers are weak; for files deleted at the end of a step, with a key held
    # only in memory, it is far better than plain text.
    connection.execute("SET force_mbedtls_unsafe = 'true'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")


def set_files(connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[str]]) -> None:
    """Set a variable for each list of files, for statements that read it: a view accepts no bound parameter."""
    for variable, paths in files.items():
        connection.execute(f"SET VARIABLE {variable} = $paths", {"paths": paths})


def named_rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query, each as a dict by column name."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, temp: Path) -> None:
    """Attach a DuckDB file read-only to a workbench under `name`; `temp` is a folder that the workbench can access.

    Raises:
        UnreadablePublicationError: the file is not a database, or is damaged.
    """

    def attached(file: Path) -> None:
        connection.execute(f"ATTACH {literal(str(file))} AS {name} (READ_ONLY)")

    try:
        _opened_as_published(database, attached, temp)
    except duckdb.Error as error:
        raise UnreadablePublicationError(database, error) from None


@cache
def expression_parser() -> duckdb.DuckDBPyConnection:
    """Return a small connection without files, for parsing SQL expressions. It is shared: a mapping has many."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def open_published(
    database: Path, settings: Settings | None = None, temp: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the published DuckDB file read-only, as it was published: a `.wal` file next to it is ignored.

    With settings and `temp`, the connection uses their memory limit and threads, and spills to `temp`, encrypted.

    Raises:
        UsageError: nothing was published yet.
        UnreadablePublicationError: the file is not a database, or is damaged.
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
    """Open the published file for queries, and translate DuckDB's errors in them.

    Raises:
        UsageError: nothing was published yet, or the publishing version lacks a queried table or column.
        UnreadablePublicationError: the file is not a database, or a query found it damaged.
    """
    with closing(open_published(database)) as connection:
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise older_publication(database, str(error).splitlines()[0]) from None
        except duckdb.Error as error:
            raise UnreadablePublicationError(database, error) from None


def _opened_as_published(database: Path, opened: Callable[[Path], T], temp: Path | None = None) -> T:
    """Return the result of `opened` for the file or, if a client opened it for writing, for a copy.

    DuckDB replays a `.wal` next to a file even when it opens the file read-only, and follows links to find it. If
    another process has the file open for writing, DuckDB refuses to open it instead of waiting.
    """
    if not has_wal(database):
        try:
            return opened(database)
        except duckdb.IOException as error:
            if "lock" not in str(error) and not has_wal(database):
                raise
    # The copy can be deleted once it is open: the connection no longer needs its name.
    with TemporaryDirectory(prefix="authmeter-", dir=temp) as folder:
        copy = Path(folder) / database.name
        shutil.copyfile(database, copy)
        return opened(copy)


def _wal_files(database: Path) -> list[Path]:
    """Return the `.wal` files of clients that opened, or have open, the file for writing."""
    return list(database.parent.glob(f"{database.name}.wal*"))


def has_wal(database: Path) -> bool:
    """Return whether a client that opened the file for writing left a `.wal`. It may have changed the file itself."""
    return bool(_wal_files(database))


def remove_wal(database: Path) -> None:
    """Remove the `.wal` files of clients that opened the published file for writing.

    DuckDB would replay them onto the file that has the name then. The caller holds the lock of the data folder.
    """
    found = _wal_files(database)
    for file in found:
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
    if found:
        durable.sync_folder(database.parent)


def place_published(fresh: Path, database: Path) -> None:
    """Replace the published file by a finished one, in one step.

    The umask decides who can read it; nobody can write it.
    """
    fresh.chmod(stat.S_IMODE(fresh.stat().st_mode) & ~0o222)
    remove_wal(database)
    durable.place_file(fresh, database)
    # A client that still has the previous file open may have written since.
    remove_wal(database)


def published_run(database: Path) -> tuple[int, str] | None:
    """Return the number of the published run and its time as stored in the manifest.

    Return None if the file does not exist, cannot be read, or is open for writing in a client.
    """
    if not database.is_file():
        return None
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            return run_of(connection)
    except duckdb.Error:
        return None


def run_of(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Return the run that an open published file shows, and its time as stored in the manifest."""
    # Older versions stored the time as text.
    query = "SELECT run, generated_at::TIMESTAMPTZ, time_zone FROM publication"
    run, generated_at, time_zone = connection.execute(query).fetchall()[0]
    return int(run), stamp(generated_at, time_zone)
