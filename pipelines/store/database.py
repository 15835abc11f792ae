"""Opens *workbenches*: in-memory DuckDBs for heavy steps, which can access only given folders.

The queries are in `sql/` of the package that runs them; the paths of files are in `store.py`.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import AuthmeterError, BooksError, damaged_file
from pipelines.common.files.rights import is_rights_error
from pipelines.common.process.ending import end_noticed
from pipelines.common.process.machine_limits import is_disk_full
from pipelines.contract.macros import contract_macros
from pipelines.contract.measures.sql import sql
from pipelines.contract.settings.settings import Settings

# Polars begins the text of DuckDB's errors with these words, if they occur while it fetches rows.
FETCHED = "got external error: "


@dataclass
class _Shared:
    """A database, and the number of open workbenches that are connections to it."""

    database: duckdb.DuckDBPyConnection
    workbenches: int = 0


_SHARED: dict[Path, dict[tuple[object, ...], _Shared]] = {}
"""The databases that `shared_workbenches` keeps open: by the folder for spilled data, then by the threads, memory limit
and folders of a workbench.
"""


@contextmanager
def shared_workbenches(temp: Path) -> Iterator[None]:
    """Let workbenches in the context share a database if they spill to `temp` and have the same folders and limits.

    They then share its memory limit, attached files, tables and functions in Python. Each workbench has its own
    variables and temporary tables.
    """
    if temp in _SHARED:
        yield
        return
    databases = _SHARED[temp] = {}
    try:
        yield
    finally:
        del _SHARED[temp]
        unused = [one for one in databases.values() if not one.workbenches]
        databases.clear()
        for one in unused:
            one.database.close()


@contextmanager
def workbench(
    settings: Settings, temp: Path, folders: Sequence[Path], *, keeps_order: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that can access only `folders`, loads no extension and respects the memory limit.

    Data that exceeds memory is spilled, encrypted, to `temp`.

    Args:
        keeps_order: whether queries return rows in the order of their input. Such a workbench is never shared.
    """
    temp.mkdir(parents=True, exist_ok=True)
    databases = _SHARED.get(temp)
    if databases is None or keeps_order:
        with closing(_opened(settings, temp, folders, keeps_order)) as database, _errors_explained(temp, folders):
            yield database
        return
    asked = settings.threads, settings.memory_limit, *folders
    if asked not in databases:
        databases[asked] = _Shared(_opened(settings, temp, folders, keeps_order))
    shared = databases[asked]
    shared.workbenches += 1
    try:
        with closing(shared.database.cursor()) as connection, _errors_explained(temp, folders):
            yield connection
    except BaseException:
        # A failed statement may leave an attached file, or make DuckDB refuse all further statements: the next
        # workbench opens another database.
        if databases.get(asked) is shared:
            del databases[asked]
        raise
    finally:
        shared.workbenches -= 1
        # Closing a database closes all connections to it.
        if not shared.workbenches and databases.get(asked) is not shared:
            shared.database.close()


def _opened(settings: Settings, temp: Path, folders: Sequence[Path], keeps_order: bool) -> duckdb.DuckDBPyConnection:
    """Return a new database that has the SQL macros of the contract and the store, and can access only `folders`."""
    database = duckdb.connect()
    try:
        configure(database, settings, temp)
        if keeps_order:
            database.execute("SET preserve_insertion_order = true")
            # The optimizer would turn a list of words into a join, whose output has no order.
            database.execute("SET disabled_optimizers = 'in_clause'")
            # Buffer of rows not fetched yet, larger than the default: with a small one, readers wait at each batch.
            # DuckDB sets it for one connection and not for a database, so the database has only this connection.
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
def _errors_explained(temp: Path, folders: Sequence[Path]) -> Iterator[None]:
    """Translate DuckDB's errors about memory, missing required values, and unreadable stored files in `folders`."""
    try:
        with end_noticed():
            yield
    except Exception as error:
        if not (explained := _explained(error, temp, folders)):
            raise
        raise explained from None


def _explained(error: Exception, temp: Path, folders: Sequence[Path]) -> AuthmeterError | None:
    # While rows are fetched, PyArrow raises DuckDB's errors as `OSError`, and Polars as `ComputeError`.
    said = str(error).removeprefix(FETCHED)
    is_fetching = isinstance(error, OSError) or type(error).__name__ == "ComputeError"

    def is_a(kind: type[duckdb.Error], words: str) -> bool:
        return isinstance(error, kind) or (is_fetching and said.startswith(words))

    if is_a(duckdb.OutOfMemoryException, "Out of Memory Error") and not (is_fetching and is_disk_full(error)):
        return AuthmeterError(
            f"DuckDB ran out of memory: {said.splitlines()[0]}",
            where="memory_limit in authmeter.toml",
            why="The step did not finish; the last good report stays published.",
            do="Raise memory_limit, or free space in the data folder for spilled data.",
        )
    if isinstance(error, duckdb.ConstraintException):
        return BooksError(
            f"A table has a row without a required value: {said.splitlines()[0]}",
            where=str(temp.parent),
            why="A figure would be missing from sums.",
        )
    is_of_a_file = is_a(duckdb.IOException, "IO Error") or is_a(duckdb.InvalidInputException, "Invalid Input Error")
    if is_of_a_file and not is_rights_error(error) and (damaged := _stored_file(said, folders)):
        return damaged_file(damaged, f"cannot be read: {said.splitlines()[0]}")
    return None


def _stored_file(said: str, folders: Sequence[Path]) -> str | None:
    """Return the first Parquet file of the store that the text of an error names; None if it names none."""
    for folder in folders:
        if found := re.search(rf"{re.escape(str(folder))}/(?:events|days|restatements)/[^'\"]+\.parquet", said):
            return found[0]
    return None


def configure(connection: duckdb.DuckDBPyConnection, settings: Settings, temp: Path) -> None:
    """Set the options that all databases have, such as threads, memory limit and encrypted spilling to `temp`."""
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
    """Set a DuckDB variable for each list of paths; `files` has the lists by name of the variable.

    Views read the paths with `getvariable`, because a view accepts no bound parameter.
    """
    for variable, paths in files.items():
        connection.execute(f"SET VARIABLE {variable} = $paths", {"paths": paths})


def named_rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query, each as a dict by column name."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@cache
def expression_parser() -> duckdb.DuckDBPyConnection:
    """Return a connection without access to files, for parsing SQL expressions. All calls return the same one."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
