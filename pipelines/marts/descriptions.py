"""What the published file says of itself: a comment on each table, view and column."""

from collections.abc import Iterable, Iterator

import duckdb

from pipelines.common.sql import literal
from pipelines.contract.column_comments import column_comment
from pipelines.contract.tables import VIEWS, Table


def describe(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Comments on these tables of the database `out` and on its views, in one transaction."""
    statements = [comment for table in tables for comment in _comments("TABLE", table)]
    statements += [comment for view in VIEWS.values() for comment in _comments("VIEW", view)]
    connection.execute(";\n".join(["BEGIN", *statements, "COMMIT"]))


def _comments(kind: str, table: Table) -> Iterator[str]:
    yield f"COMMENT ON {kind} out.{table.name} IS {literal(table.comment)}"
    for column in table.columns:
        yield f'COMMENT ON COLUMN out.{table.name}."{column}" IS {literal(column_comment(table.name, column))}'
