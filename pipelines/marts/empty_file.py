"""The published file without rows: every table and view, with the comments that document them.

Queries of views do not name the database, because users may attach the file under any name.
"""

from contextlib import closing
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.common.days import WINDOWS
from pipelines.common.sql import literal
from pipelines.contract.measures.sql import sql
from pipelines.contract.tables.column_comments import column_comment
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.store.published_file import create_file

# The bytes of the file, kept once made: writing 500 comments takes as long as writing the rows of a small folder.
_made: list[bytes] = []


def write_empty_file(file: Path) -> None:
    """Write a DuckDB file with all tables and views and their comments, without rows."""
    if _made:
        file.write_bytes(_made[0])
        return
    with closing(create_file(file, "out")) as connection:
        # One transaction: a transaction for each comment would take three times as long.
        connection.execute("BEGIN")
        for table in TABLES.values():
            _create(connection, table)
        create_views(connection, "out")
        for view in VIEWS.values():
            _describe(connection, "VIEW", view)
        connection.execute("COMMIT")
        connection.execute("DETACH out")
    _made.append(file.read_bytes())


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    # No PRIMARY KEY: its index would make the file large and slow; `build.py` checks that keys are unique.
    columns = ", ".join(
        f'"{name}" {kind}{"" if name in table.nullable else " NOT NULL"}' for name, kind in table.columns.items()
    )
    connection.execute(f"CREATE TABLE out.{table.name} ({columns})")
    _describe(connection, "TABLE", table)


def _describe(connection: duckdb.DuckDBPyConnection, kind: Literal["TABLE", "VIEW"], described: Table) -> None:
    comments = [f"COMMENT ON {kind} out.{described.name} IS {literal(described.comment)}"]
    comments += [
        f'COMMENT ON COLUMN out.{described.name}."{column}" IS {literal(column_comment(described.name, column))}'
        for column in described.columns
    ]
    connection.execute(";\n".join(comments))


def view_queries() -> dict[str, str]:
    """Return the query of each view, by its name."""
    # A view accepts no parameter.
    window = sql("pipelines.marts", "views/usage_window")
    windows = {f"usage_{days}d": window.replace("$window_days", str(days)) for days in WINDOWS}
    return windows | {"usage_month": sql("pipelines.marts", "views/usage_month")}


def create_views(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create every view in a database that has the tables."""
    for name, query in view_queries().items():
        connection.execute(f"CREATE VIEW {database}.{name} AS {query}")
