"""Parses and checks the SQL expressions of a source mapping, and finds the raw columns that they read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from pipelines.common.errors import UsageError
from pipelines.common.sql import quoted
from pipelines.store.database import expression_parser


def columns_of(expression: str, source: str) -> frozenset[str]:
    """Return the raw columns that an expression of a source reads.

    Raises:
        UsageError: DuckDB cannot parse the text in parentheses as one expression, or the text contains a query.
    """
    names: set[str] = set()
    _collect_columns(_parsed(expression, source), names)
    return frozenset(names)


def stand_ins_of(expression: str, source: str) -> list[frozenset[str]]:
    """Return a set for each `coalesce` in an expression: the raw columns that the `coalesce` reads.

    A record needs a value in only one column of a set.
    """
    found: list[frozenset[str]] = []
    _collect_stand_ins(_parsed(expression, source), found)
    return found


def faulty_expressions(expressions: Mapping[str, str], source: str, where: str) -> Iterator[UsageError]:
    """Yield an error for each expression that is invalid, fails, does not return one value per record (an aggregate,
    unnest), or can return another value when the file is read again (a random value).

    Args:
        expressions: SQL by name: the name of a field, another key of the mapping such as `unwrap`, or a key of
            `SourceMapping.doubted`. Expressions whose names contain a blank must be conditions, as must `where`.
        where: the path of the mapping, for the messages.
    """
    for name, expression in expressions.items():
        try:
            names = columns_of(expression, source)
        except UsageError as error:
            yield error
            continue
        columns = ", ".join(
            f"NULL::{'JSON' if column == 'record' else 'VARCHAR'} AS {quoted(column)}" for column in sorted(names)
        )
        # Each expression is run on two empty records. The query that reads files has the same form. It refuses further
        # expressions, such as random values, and each file would then be reported as damaged.
        is_condition = name == "where" or " " in name
        value = f"TRY(coalesce(({expression}), false))" if is_condition else f"TRY(({expression})::VARCHAR)"
        query = f"SELECT {value} AS value FROM (SELECT {columns or 'NULL AS nothing'} FROM range(2))"
        try:
            rows = len(expression_parser().execute(query).fetchall())
        except duckdb.Error as error:
            rows, why = 0, str(error).splitlines()[0]
        else:
            why = f"it gives {rows} values for two records"
        if rows != 2:
            yield UsageError(
                f"The expression of `{name}` cannot be used: {why}",
                where=f"{where}: {expression}",
                do="Give one value for each record, the same at every delivery, and in `where` a condition; all raw "
                "columns are text, and part of a JSON record is record ->> '$.a.b'.",
            )


def _parsed(expression: str, source: str) -> Any:
    """Return the syntax tree of an SQL expression.

    Raises:
        UsageError: DuckDB cannot parse the text in parentheses as one expression, or the text is a row or contains a
            query.
    """
    tree = json.loads(
        expression_parser().execute("SELECT json_serialize_sql('SELECT (' || ? || ')')", [expression]).fetchall()[0][0]
    )
    if tree.get("error"):
        raise UsageError(
            f"This is not an SQL expression: {str(tree.get('error_message')).splitlines()[0]}",
            where=f"source {source}: {expression}",
            do="Write one DuckDB expression over the raw record, such as record ->> '$.a.b'.",
        )
    nodes = [statement["node"] for statement in tree["statements"]]
    items = nodes[0].get("select_list", ())
    plain = len(nodes) == len(items) == 1 and nodes[0]["from_table"]["type"] == "EMPTY"
    # An empty text or a list in parentheses is a row. A star means several columns, also in `COLUMNS(*)`.
    is_row = plain and items[0].get("function_name") == "row"
    if not plain or is_row or any(f'"class": "{kind}"' in json.dumps(nodes) for kind in ("SUBQUERY", "STAR")):
        raise UsageError(
            "A mapping may have one expression over the raw record, not a query.",
            where=f"source {source}: {expression}",
            do="Write it without SELECT and `*`, and leave out a field that the log does not give. A look-up belongs "
            "in the registry or the code dictionary.",
        )
    return items


def _collect_columns(node: Any, names: set[str], bound: frozenset[str] = frozenset()) -> None:
    if isinstance(node, list):
        for part in node:
            _collect_columns(part, names, bound)
    elif isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            if node["column_names"][0] not in bound:
                names.add(node["column_names"][0])
            return
        # The parser also takes the JSON operator `->` for a lambda, in the syntax that DuckDB no longer allows.
        if node.get("class") == "LAMBDA" and node.get("syntax_type") != "SINGLE_ARROW":
            parameters: set[str] = set()
            _collect_columns(node.get("lhs"), parameters)
            bound = bound | parameters
            _collect_columns(node.get("expr"), names, bound)
            return
        for part in node.values():
            _collect_columns(part, names, bound)


def _collect_stand_ins(node: Any, found: list[frozenset[str]]) -> None:
    if isinstance(node, dict) and node.get("type") == "OPERATOR_COALESCE":
        names: set[str] = set()
        _collect_columns(node["children"], names)
        found.append(frozenset(names))
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _collect_stand_ins(part, found)
