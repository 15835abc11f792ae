"""Opens and replaces the published DuckDB file."""

import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb

from pipelines.common.days import stamp
from pipelines.common.errors import AuthmeterError, nothing_published, older_publication
from pipelines.common.files import durable
from pipelines.common.files.rights import is_rights_error, names_of, rights_error
from pipelines.common.process.machine_limits import is_disk_full, is_out_of_memory
from pipelines.common.sql import literal
from pipelines.contract.macros import contract_macros
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import FETCHED, configure

T = TypeVar("T")


class UnreadablePublicationError(AuthmeterError, duckdb.Error):
    """The published file exists and cannot be read.

    It is also a `duckdb.Error`, because callers that can do without the file catch `duckdb.Error`.
    """

    def __init__(self, database: Path, error: Exception) -> None:
        what = f"The published file cannot be read: {str(error).removeprefix(FETCHED).splitlines()[0]}"
        # A run does not read all of the file, so it may take the damaged one for whole.
        do = f"Remove {database.parent.name}/{database.name}, then run `authmeter run`, which makes it again."
        if is_rights_error(error):
            refused = rights_error(database)
            what, do = refused.what, refused.do
        why = "The last published figures cannot be read; the pages of the site are unchanged."
        super().__init__(what, where=str(database), why=why, do=do)


# The errors of a query if the file lacks a table or a column of the query.
_LACKING = (duckdb.CatalogException, duckdb.BinderException)
# Readers with DuckDB 1.2 must be able to open the published file.
STORAGE_VERSION = "v1.2.0"


def create_file(file: Path, name: str) -> duckdb.DuckDBPyConnection:
    """Create a DuckDB file in the format of the published file, attached to the returned connection under `name`."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH {literal(str(file))} AS {name} (STORAGE_VERSION '{STORAGE_VERSION}')")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, temp: Path) -> None:
    """Attach a DuckDB file read-only to a workbench under `name`.

    Args:
        temp: folder that the workbench can access, for a copy of the file if a client has it open for writing.

    Raises:
        UnreadablePublicationError: the file is not a database, or is damaged.
    """

    def attached(file: Path) -> None:
        connection.execute(f"ATTACH {literal(str(file))} AS {name} (READ_ONLY)")

    try:
        _opened_as_published(database, attached, temp)
    except duckdb.Error as error:
        raise UnreadablePublicationError(database, error) from None


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
        configure(connection, settings, temp)
    connection.execute(contract_macros())
    return connection


@contextmanager
def published_tables(
    database: Path, settings: Settings | None = None, temp: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file for queries, as `open_published` does, and translate DuckDB's errors in them.

    Raises:
        UsageError: nothing was published yet, or the publishing version lacks a queried table or column.
        UnreadablePublicationError: the file is not a database, or a query found it damaged.
    """
    with closing(open_published(database, settings, temp)) as connection, damage_explained(database):
        try:
            yield connection
        except _LACKING as error:
            raise older_publication(database, str(error).splitlines()[0]) from None


@contextmanager
def damage_explained(database: Path) -> Iterator[None]:
    """Translate the errors of queries that find the published file damaged, also while Polars fetches rows.

    Errors about missing tables or columns, other files, a full disk and too little memory are raised unchanged.

    Raises:
        UnreadablePublicationError: a query found the file damaged.
    """
    try:
        yield
    except _LACKING:
        raise
    except Exception as error:
        is_of_duckdb = isinstance(error, duckdb.Error) or str(error).startswith(FETCHED)
        # An export is another file; a copy of the published file has the same name.
        is_of_another = any(Path(name).name != database.name for name in names_of(error))
        if not is_of_duckdb or is_of_another or is_disk_full(error) or is_out_of_memory(error):
            raise
        raise UnreadablePublicationError(database, error) from None


def _opened_as_published(database: Path, opened: Callable[[Path], T], temp: Path | None = None) -> T:
    """Return the result of `opened` for the file, or for a copy in `temp` if a client opened it for writing."""
    if not has_wal(database):
        try:
            return opened(database)
        except duckdb.IOException as error:
            if "lock" not in str(error) and not has_wal(database):
                raise
    # DuckDB refuses to open a file that another process has open for writing, and applies a `.wal` next to a file even
    # if it opens the file read-only or through a link. The copy can be deleted once it is open: the connection no
    # longer needs its name.
    with TemporaryDirectory(prefix="authmeter-", dir=temp) as folder:
        copy = Path(folder) / database.name
        shutil.copyfile(database, copy)
        return opened(copy)


def _wal_files(database: Path) -> list[Path]:
    """Return the `.wal` files of clients that have, or had, the file open for writing."""
    return list(database.parent.glob(f"{database.name}.wal*"))


def has_wal(database: Path) -> bool:
    """Return whether a client that opened the file for writing, and may have changed it, left a `.wal` file."""
    return bool(_wal_files(database))


def remove_wal(database: Path) -> None:
    """Remove the `.wal` files of clients that opened the published file for writing.

    DuckDB would replay them onto the next file that is published under this name. The caller holds the lock of the data
    folder.
    """
    found = _wal_files(database)
    for file in found:
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
    if found:
        durable.sync_folder(database.parent)


def place_published(fresh: Path, database: Path) -> None:
    """Replace the published file by the finished file `fresh`, in one step.

    The umask decides who can read it; nobody can write it.
    """
    fresh.chmod(stat.S_IMODE(fresh.stat().st_mode) & ~0o222)
    remove_wal(database)
    durable.place_file(fresh, database)
    # A client that still has the previous file open may have written since.
    remove_wal(database)


def published_run(database: Path) -> tuple[int, str] | None:
    """Return the number of the published run, and its time in the text form that the manifest uses.

    Return None if the file does not exist, cannot be read, or is open for writing in a client.
    """
    if not database.is_file():
        return None
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            return run_of(connection)
    except duckdb.Error:
        return None


def published_as_of(database: Path) -> date:
    """Return the last published day.

    The manifest has a newer as-of if a run ended between its commit and the publication of its tables.

    Raises:
        UsageError: nothing was published yet.
        UnreadablePublicationError: the published file cannot be read.
    """
    with published_tables(database) as connection:
        return last_day_of(connection)


def last_day_of(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the last published day, the as-of, of an open published file."""
    ((as_of,),) = connection.execute("SELECT as_of FROM publication").fetchall()
    assert isinstance(as_of, date)
    return as_of


def run_of(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Return the number of the run that made an open published file, and its time as text, as in the manifest."""
    # Older versions stored the time as text.
    query = "SELECT run, generated_at::TIMESTAMPTZ, time_zone FROM publication"
    run, generated_at, time_zone = connection.execute(query).fetchall()[0]
    return int(run), stamp(generated_at, time_zone)
