"""The published file as an analyst meets it, of whatever DuckDB and under whatever name: what it says of itself."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.contract.tables import TABLES
from tests.support import DAY, DataFolder, morning_after, record


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = DataFolder(tmp_path_factory.mktemp("published"))
    folder.write("registry/apps.csv", "app_key,app_name,created_at\nshop,Shop,2026-01-02T20:00:00Z\n")
    folder.write("registry/schemes.csv", "scheme_id,app_key,created_at\ns1,shop,2026/1/2\n")
    folder.land("a.ndjson", [record("a")])
    folder.land("notes.docx", b"no log")
    folder.tables()
    return folder


def test_columns_have_the_types_that_are_declared(published: DataFolder) -> None:
    listed = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
    found: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    for table, column, kind in published.rows(listed):
        found[table][column] = kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    assert found == {name: table.columns for name, table in TABLES.items()}


def test_a_time_is_no_text(published: DataFolder) -> None:
    times = "SELECT table_name, column_name FROM duckdb_columns() WHERE column_name LIKE '%\\_at' ESCAPE '\\'"
    texts = f"{times} AND data_type NOT LIKE 'TIMESTAMP%'"
    assert len(published.rows(times)) == 4
    assert published.rows(texts) == []


def test_times_are_those_of_the_run_and_of_the_registry(published: DataFolder) -> None:
    run = morning_after(DAY)
    assert published.rows("SELECT generated_at FROM publication") == [(run,)]
    assert published.rows("SELECT path, first_read_at FROM input_files ORDER BY path") == [
        ("a.ndjson", run),
        ("notes.docx", run),
    ]
    assert published.rows("SELECT created_at FROM apps") == [(datetime(2026, 1, 3, 4),)]
    assert published.rows("SELECT created_at FROM schemes") == [(datetime(2026, 1, 2),)]


def test_every_table_and_column_has_a_comment(published: DataFolder) -> None:
    tables = dict(published.rows("SELECT table_name, comment FROM duckdb_tables()"))
    assert tables == {name: table.comment for name, table in TABLES.items()}
    columns = published.rows("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert len(columns) == sum(len(table.columns) for table in TABLES.values())
    assert [f"{table}.{column}" for table, column, comment in columns if not comment] == []
