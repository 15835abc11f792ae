"""The published file as an analyst meets it, of whatever DuckDB and under whatever name: what it says of itself."""

from __future__ import annotations

from pipelines.contract.tables import TABLES
from tests.support import DataFolder, record


def test_every_table_and_column_has_a_comment(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("a")])
    folder.tables()
    tables = dict(folder.rows("SELECT table_name, comment FROM duckdb_tables()"))
    assert tables == {name: table.comment for name, table in TABLES.items()}
    columns = folder.rows("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert len(columns) == sum(len(table.columns) for table in TABLES.values())
    assert [f"{table}.{column}" for table, column, comment in columns if not comment] == []
