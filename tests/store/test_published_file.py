"""A query that finds the published file damaged reports it in words, whichever library fetches the rows. Other errors
stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import UsageError
from pipelines.store.published_file import UnreadablePublicationError, create_file, published_tables

ROWS = 1_000_000
FETCHES: list[Callable[[duckdb.DuckDBPyRelation], object]] = [duckdb.DuckDBPyRelation.fetchall, pl.DataFrame]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a file with a table `numbers` of many blocks."""
    file = tmp_path_factory.mktemp("published") / "authmeter.duckdb"
    with closing(create_file(file, "out")) as connection:
        connection.execute(f"CREATE TABLE out.numbers AS SELECT hash(i) AS number FROM range({ROWS}) AS n(i)")
        connection.execute("DETACH out")
    return file.read_bytes()


@pytest.fixture
def database(tmp_path: Path, whole: bytes) -> Path:
    file = tmp_path / "authmeter.duckdb"
    file.write_bytes(whole)
    return file


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("fetch", FETCHES)
def test_a_damaged_block_is_reported_in_words(
    database: Path, fetch: Callable[[duckdb.DuckDBPyRelation], object], part: float
) -> None:
    with open(database, "r+b") as file:
        file.seek(int(database.stat().st_size * part))
        file.write(bytes(100))
    with pytest.raises(UnreadablePublicationError) as found, published_tables(database) as connection:
        fetch(connection.sql("FROM numbers"))
    assert "cannot be read: " in found.value.what
    assert "Corrupt database file" in found.value.what
    assert "external" not in found.value.what
    assert (found.value.where, found.value.do[:7]) == (str(database), "Remove ")


def test_a_file_that_may_not_be_read_is_not_to_be_removed(database: Path) -> None:
    refused = duckdb.IOException(f'IO Error: Cannot open file "{database}": Permission denied')
    error = UnreadablePublicationError(database, refused)
    assert "has no right to" in error.what
    assert error.do.startswith("Restore the right of ")


@pytest.mark.parametrize(
    ("error", "is_damage"),
    [
        (duckdb.Error("Corrupt database file"), True),
        (duckdb.IOException('IO Error: Could not read from file "{}"'), True),
        (pl.exceptions.ComputeError("got external error: Data Corruption Error: Corrupt database file"), True),
        (pl.exceptions.ComputeError("the series differ"), False),
        (duckdb.IOException('IO Error: Cannot open file "/exports/shop.parquet": Permission denied'), False),
        (duckdb.IOException("IO Error: No space left on device"), False),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), False),
        (OSError("another file"), False),
    ],
)
def test_only_errors_of_the_published_file_are_translated(database: Path, error: Exception, is_damage: bool) -> None:
    raised = type(error)(str(error).format(database))
    with pytest.raises(UnreadablePublicationError if is_damage else type(error)) as found, published_tables(database):
        raise raised
    assert (found.value is raised) is not is_damage


def test_a_missing_table_is_of_an_older_version(database: Path) -> None:
    with pytest.raises(UsageError, match="older version"), published_tables(database) as connection:
        connection.execute("FROM usage_daily")
