"""Finds the log shippers that may have written a file, if its mapping has no `[unwrap]`.

The `[unwrap]` expression of each shipped source mapping is applied to lines of the file, to find log records within
them.
"""

import json
from collections.abc import Sequence

import duckdb

from pipelines.common.sql import quoted
from pipelines.reading.envelopes import INNERMOST
from pipelines.reading.files.first_bytes import json_object
from pipelines.reading.sources.mapping import SourceMapping, has_record_keys
from pipelines.reading.sources.sources import shipped_mappings
from pipelines.store.database import expression_parser


def shippers_of(lines: Sequence[str]) -> list[str]:
    """Return the names of the shipped mappings with `[unwrap]` that find a log record in any of the lines. Mappings of
    format `lines` are not tried on lines that begin with `{`.
    """
    wrapping = [mapping for mapping in shipped_mappings() if mapping.unwrap]
    return [mapping.name for mapping in wrapping if any(_holds_record(mapping, line) for line in lines)]


def _holds_record(mapping: SourceMapping, line: str) -> bool:
    if mapping.format == "lines" and line.startswith("{"):
        # Pods on Docker have such lines too, but a folder of Docker's is the better advice.
        return False
    columns = {"line": line} if mapping.format == "lines" else _texts(line)
    found = json_object(_within(mapping, columns))
    return found is not None and has_record_keys(found)


def _within(mapping: SourceMapping, columns: dict[str, str]) -> str:
    """Return the text that `[unwrap]` finds in a line with these columns; empty if there is none."""
    named = ", ".join(f"?::VARCHAR AS {quoted(name)}" for name in mapping.unwrap_columns)
    outer = f"SELECT ({mapping.unwrap.record if mapping.unwrap else None})::VARCHAR AS outer_text FROM (SELECT {named})"
    query = f"SELECT coalesce({INNERMOST}, '') FROM ({outer})"
    try:
        values = [columns.get(name) for name in mapping.unwrap_columns]
        return str(expression_parser().execute(query, values).fetchall()[0][0])
    except duckdb.Error:
        return ""


def _texts(line: str) -> dict[str, str]:
    """Return the keys of a JSON object with their values as text; empty if the line is no JSON object."""
    values = json_object(line) or {}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
