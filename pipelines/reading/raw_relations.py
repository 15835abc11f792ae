"""Queries for the raw records of files (JSON, CSV, Parquet or plain lines), as text columns.

Each relation has these columns, besides those in `RawRelation.carried`:
- `row file`: the index of the file among the files that are read together.
- `row state`: a rejection reason found by the query; `BARE` if the line has none of the keys that are read; else NULL.
- `raw <name>`: each raw column that the mapping needs, as text. Exceptions are `record` of a JSON line, which is JSON,
  and an `event_time` that stays a timestamp (see `parquet_rows`).

`envelopes.py` applies `[unwrap]`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from pipelines.common.sql import literal, quoted
from pipelines.contract.record.field_rules import BARE, instant_of_local
from pipelines.contract.record.fields import FIELD_NAMES, MALFORMED
from pipelines.reading.files.blocks import MAX_LINE_BYTES
from pipelines.reading.formats.csv_layout import CsvLayout
from pipelines.reading.sources.mapping import WITHIN, SourceMapping

# The characters that the readers and `bytes.strip` remove around a JSON text.
BLANKS = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' '"
LINE_END = "chr(10) || chr(13)"
# The reader also counts the characters around a line.
_LARGEST_OBJECT = MAX_LINE_BYTES + (1 << 20)
_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
_JSON_OPTIONS = f"format = 'newline_delimited', ignore_errors = true, maximum_object_size = {_LARGEST_OBJECT}"


@dataclass(frozen=True)
class RawRelation:
    """A relation of raw records.

    Attributes:
        query: its SQL.
        carried: the names of further columns, which describe rejected rows, such as `row line`.
        instant: SQL of the instant of `event_time` if that is a timestamp; empty if it is text.
        typed: by field name, SQL that converts the field to text; only for fields that `query` does not return as text.
        has_record: whether the relation has the whole record, as `raw record`.
    """

    query: str
    carried: tuple[str, ...] = ()
    instant: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    has_record: bool = False


def raw_names(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the names of the record's columns that a mapping reads, without `record`. With `[unwrap]`, `line` and
    `envelope` are left out, too.
    """
    of_record = () if mapping.fields else FIELD_NAMES
    whole = WITHIN if mapping.unwrap else ("record",)
    return (*of_record, *(name for name in mapping.columns if name not in whole and name not in of_record))


def _json_names(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the keys that a mapping reads from a JSON line, except `record`; with `[unwrap]`, from the envelope."""
    return tuple(name for name in mapping.unwrap_columns if name != "record") if mapping.unwrap else raw_names(mapping)


def _row_names(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the columns that a mapping reads from a row of CSV or Parquet, for the record and for its envelope.
    In such a row, `record` is a column like any other.
    """
    return tuple(dict.fromkeys((*raw_names(mapping), *mapping.unwrap_columns, *_whole_record(mapping))))


def _whole_record(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the name `record` if a mapping without `[unwrap]` reads that column; else nothing."""
    return () if mapping.unwrap or "record" not in mapping.columns else ("record",)


def _needs_record(mapping: SourceMapping) -> bool:
    """Whether a mapping reads lines of JSON as a whole, and not only some of their keys."""
    return mapping.unwrap is not None or "record" in mapping.columns


def json_files(mapping: SourceMapping) -> RawRelation:
    """Return the relation of the JSON files in the variable `files`: one row per line that is not blank, in order."""
    names = _json_names(mapping)
    if _needs_record(mapping) or not names or "file_index" in map(str.lower, names):
        # Only this query distinguishes lines that are no object from objects that lack all keys. A key may have the
        # name of the reader's column.
        query = f"""
        SELECT file AS "row file", json AS "raw record",
            CASE WHEN json_type(json) IS DISTINCT FROM 'OBJECT' THEN '{MALFORMED}' END AS "row state"{_picked(names)}
        FROM (
            SELECT file_index AS file, json, json_transform(json, {shape_of(names)}) AS picked
            FROM read_ndjson_objects(getvariable('files'), {_JSON_OPTIONS})
        )"""
        return RawRelation(query, has_record=True)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    texts = ", ".join(f"{quoted(name)} AS {raw_column(name)}" for name in names)
    return RawRelation(
        f"""
        SELECT file_index AS "row file",
            CASE WHEN coalesce({", ".join(map(quoted, names))}) IS NULL THEN '{BARE}' END AS "row state", {texts}
        FROM read_json(getvariable('files'), columns = {{{columns}}}, {_JSON_OPTIONS})"""
    )


def json_texts(mapping: SourceMapping) -> RawRelation:
    """Return the relation of the JSON lines in `texts`.

    `texts` is a relation with the columns file, line (its number), text, and is_text (whether the line is valid UTF-8).
    """
    names, has_record = _json_names(mapping), _needs_record(mapping)
    record = ', TRY(text::JSON) AS "raw record"' if has_record else ""
    query = f"""
        SELECT file AS "row file", line AS "row line", text AS "row text",
            CASE WHEN NOT is_text OR kind IS DISTINCT FROM 'OBJECT' THEN '{MALFORMED}' END AS "row state"
            {record}{_picked(names)}
        FROM (
            -- A failing cast costs an exception, so texts that are no JSON are not cast.
            SELECT file, line, text, is_text, CASE WHEN is_json THEN TRY(json_type(bare)) END AS kind,
                CASE WHEN is_json THEN TRY(json_transform(bare, {shape_of(names)})) END AS picked
            FROM (SELECT *, json_valid(bare) AS is_json FROM (SELECT *, trim(text, {BLANKS}) AS bare FROM texts))
        )"""
    return RawRelation(query, ("row line", "row text"), has_record=has_record)


def plain_texts(mapping: SourceMapping) -> RawRelation:
    """Return the relation of the lines in `texts` (see `json_texts`). The raw column `line` is the whole line without
    its line end, and all other raw columns are NULL.
    """
    # A JSON record is malformed if its line is no UTF-8, even if the invalid bytes are outside of the record.
    state = f"CASE WHEN NOT is_text THEN '{MALFORMED}' END" if mapping.is_of_objects else "NULL::VARCHAR"
    names = mapping.unwrap_columns if mapping.unwrap else (*raw_names(mapping), *_whole_record(mapping))
    absent = "".join(f", NULL::VARCHAR AS {raw_column(name)}" for name in names if name != "line")
    query = f"""
        SELECT file AS "row file", line AS "row line", text AS "row text", {state} AS "row state",
            rtrim(text, {LINE_END}) AS "raw line"{absent}
        FROM texts"""
    return RawRelation(query, ("row line", "row text"))


def csv_files(mapping: SourceMapping, layout: CsvLayout, *, first_file: int, has_header: bool) -> RawRelation:
    """Return the relation of the CSV files in the variable `files`, in order; an empty cell is NULL. `first_file` is
    the index of the first file.

    The query fails on a row that has more or fewer cells than the header.
    """
    cells = [f"row cell {place}" for place in range(len(layout.names))]
    columns = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    places = {name: cell for cell, name in reversed(list(zip(cells, layout.names, strict=True)))}
    texts = "".join(f", {_cell(places.get(name))} AS {raw_column(name)}" for name in _row_names(mapping))
    # CRLF is left to the reader's detection: with an explicit `new_line`, it finds no row.
    line_end = r"new_line = '\n'," if layout.line_end == b"\n" else ""
    query = f"""
        SELECT file_index + {first_file} AS "row file", NULL::VARCHAR AS "row state",
            {", ".join(map(quoted, cells))}{texts}
        FROM read_csv(getvariable('files'), auto_detect = false, columns = {{{columns}}}, header = {has_header},
            delim = {literal(layout.separator)}, quote = '"', escape = '"', strict_mode = true, {line_end}
            max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES})"""
    return RawRelation(query, tuple(cells))


def parquet_rows(mapping: SourceMapping, schema: pa.Schema) -> RawRelation:
    """Return the relation of the Parquet rows in the relation `rows`, whose columns are called `column 0` and so on, in
    the order of `schema`.

    If two columns have the same name, the first is read. `event_time` stays a timestamp if no expression of the mapping
    can read it.
    """
    columns = {field.name: (f"column {place}", field.type) for place, field in reversed(list(enumerate(schema)))}
    time_column, time = columns.get("event_time", ("", None))
    # Formatting times as text and parsing that text costs half as much as all rules of the fields.
    is_typed = time is not None and pa.types.is_timestamp(time) and not mapping.expressions and not mapping.unwrap
    values = {name: _parquet_text(quoted(column), kind) for name, (column, kind) in columns.items()}
    if is_typed:
        values["event_time"] = quoted(time_column)
    texts = "".join(f", {values.get(name, 'NULL::VARCHAR')} AS {raw_column(name)}" for name in _row_names(mapping))
    return RawRelation(
        f'SELECT 0 AS "row file", NULL::VARCHAR AS "row state"{texts} FROM rows',
        instant=_instant("event_time", time) if is_typed else "",
        typed={"event_time": _parquet_text("event_time", time)} if is_typed else {},
    )


def _picked(names: Sequence[str]) -> str:
    return "".join(f", picked.{quoted(name)} AS {raw_column(name)}" for name in names)


def shape_of(names: Sequence[str]) -> str:
    """Return the structure argument of `json_transform` that extracts each of the names as text."""
    return literal(json.dumps(dict.fromkeys(names or ["record"], "VARCHAR"), ensure_ascii=False))


def _parquet_text(column: str, kind: pa.DataType) -> str:
    """Return the SQL of a Parquet column as text: timestamps with zone in UTC, nested values as JSON, whole numbers of
    floating types without `.0`.
    """
    if pa.types.is_timestamp(kind):
        return f"strftime({_in_milliseconds(column, kind)}, '%Y-%m-%dT%H:%M:%S.%g{'Z' if kind.tz else ''}')"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        # Adding zero turns minus zero into zero.
        return rf"regexp_replace(({column} + 0)::VARCHAR, '\.0+$', '')"
    if any(is_kind(kind) for is_kind in _BYTES):
        # Bytes that are no UTF-8 become an empty text, which is invalid in every field.
        return f"CASE WHEN {column} IS NOT NULL THEN coalesce(TRY(decode({column})), '') END"
    if pa.types.is_nested(kind):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"


def _instant(column: str, kind: pa.DataType) -> str:
    """Return SQL that converts a timestamp column to UTC; a timestamp without zone is in the source's time zone."""
    time = _in_milliseconds(column, kind)
    return time if kind.tz else instant_of_local(time)


def _in_milliseconds(column: str, kind: pa.DataType) -> str:
    # Integer division, because a cast of nanoseconds rounds and can carry into the next day.
    return f"epoch_ms({f'epoch_ns({column}) // 1000000' if kind.unit == 'ns' else f'epoch_us({column}) // 1000'})"


def _cell(cell: str | None) -> str:
    return quoted(cell) if cell else "NULL::VARCHAR"


def raw_column(name: str) -> str:
    """Return the SQL of the column of a raw record that has the name `name` in the log."""
    return quoted(f"raw {name}")


def set_apart(column: str, names: Sequence[str]) -> str:
    """Return another name for a quoted column of the query, longer than each of `names`, the raw columns that the
    expressions of a mapping read: an expression must not read a column of the query in the place of a raw column.
    """
    return f'"{" " * (1 + max(map(len, names), default=0))}{column[1:]}'
