"""The SQL that turns a file's raw batches into the text fields of the log record, per source mapping.

The expressions of a mapping are SQL by nature; all else here is quoted names. What the fields then mean is in
`engines/duckdb/sql/typed_fields.sql` and `records.py`.
"""

import duckdb
import pyarrow as pa

from pipelines.common.errors import UsageError
from pipelines.common.sql import sql
from pipelines.contract.record import FIELD_NAMES, TEXT_FIELDS
from pipelines.reading.raw_batches import file_columns
from pipelines.reading.sources import Format, SourceMapping


def create_lines_view(
    connection: duckdb.DuckDBPyConnection, mapping: SourceMapping, form: Format, schema: pa.Schema
) -> None:
    """Makes the view `lines` (line, record, flaw, and the raw columns that are asked for) over the stream `raw`."""
    columns = file_columns(schema)
    types = {field.name.removeprefix("column "): field.type for field in schema}
    if form == "parquet" and not mapping.fields:
        pairs = ", ".join(f"{_literal(n)}: {_as_json_value(n, types[n])}" for n in FIELD_NAMES if n in columns)
        record = f"to_json({{{pairs}}})::VARCHAR" if pairs else "'{}'"
        # A text field in a column of another type is no text: such a row is read exactly.
        strange = [_column(n) for n in TEXT_FIELDS if n in columns and not _holds_text(types[n])]
        flaw = (
            f"CASE WHEN {' OR '.join(f'{c} IS NOT NULL' for c in strange)} THEN 1 ELSE flaw END" if strange else "flaw"
        )
        query = f"SELECT line, {record} AS record, {flaw} AS flaw FROM raw"
    elif form == "lines":
        query = 'SELECT line, record, flaw, rtrim(record, chr(10) || chr(13)) AS "line text" FROM raw'
    elif form in ("csv", "parquet"):
        wanted = FIELD_NAMES if not mapping.fields else [n for n in mapping.columns if n != "record"]
        texts = [
            f"{_as_text(n, types[n])} AS {_name('text ' + n)}"
            if n in columns
            else f"NULL::VARCHAR AS {_name('text ' + n)}"
            for n in wanted
        ]
        query = "SELECT " + ", ".join(["line", "record", "flaw", *texts]) + " FROM raw"
    else:
        query = "SELECT line, record, flaw FROM raw"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW lines AS {query}")


def fields_query(connection: duckdb.DuckDBPyConnection, mapping: SourceMapping, form: Format) -> str:
    """The query over `lines` that gives the fields of the log record as text, `line` and `is_plain`.

    Raises:
        UsageError: an expression of the mapping cannot be used over such records.
    """
    if not mapping.fields:
        if form in ("ndjson", "parquet"):
            return sql("pipelines.reading", "json_fields")
        texts = ", ".join(f"{_name('text ' + name)} AS {_name(name)}" for name in FIELD_NAMES)
        return f"SELECT line, record, flaw, flaw = 0 AS is_plain, {texts} FROM lines"
    named = _raw_columns(mapping, form)
    where = f"WHERE flaw = 2 OR NOT is_record OR TRY({mapping.where})" if mapping.where else ""
    fields = ", ".join(f"{_field(connection, mapping, name, named)} AS {_name(name)}" for name in FIELD_NAMES)
    # The mapping's names live one level below ours, so that a raw column may be called as a field is.
    return f"""
        SELECT "line number" AS line, flaw = 0 AND is_record AS is_plain, "raw record" AS record, flaw, {fields}
        FROM ({named}) {where}
    """


def _raw_columns(mapping: SourceMapping, form: Format) -> str:
    """The raw record under the names that the mapping's expressions use."""
    head = 'line AS "line number", record AS "raw record", flaw'
    if form == "lines":
        return f'SELECT {head}, true AS is_record, "line text" AS line FROM lines'
    names = [name for name in mapping.columns if name != "record"]
    if form == "ndjson":
        # One parse of the record for all its columns; a JSON text comes without quotes, anything else as its JSON.
        pointers = ", ".join(_literal("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
        texts = f"CASE WHEN json_valid(record) THEN record ->> [{pointers}] END" if names else "NULL"
        picked = "".join(f", texts[{place}] AS {_name(name)}" for place, name in enumerate(names, 1))
        inner = f"SELECT *, {texts} AS texts FROM lines"
        record = ", CASE WHEN json_valid(record) THEN record::JSON END AS record" if "record" in mapping.columns else ""
        return f"SELECT {head}, coalesce(json_valid(record), false) AS is_record{record}{picked} FROM ({inner})"
    picked = "".join(f", {_name('text ' + name)} AS {_name(name)}" for name in names)
    return f"SELECT {head}, flaw = 0 AS is_record{picked} FROM lines"


def _field(connection: duckdb.DuckDBPyConnection, mapping: SourceMapping, name: str, named: str) -> str:
    """One field's expression as text; an instant or a timestamp in the form of the log contract."""
    if name not in mapping.fields:
        return "NULL::VARCHAR"
    expression = mapping.fields[name]
    try:
        kind = str(connection.execute(f"DESCRIBE SELECT ({expression}) AS value FROM ({named})").fetchall()[0][1])
    except duckdb.Error as error:
        raise UsageError(
            f"The expression of `{name}` cannot be used: {str(error).splitlines()[0]}",
            where=f"source {mapping.name}: {expression}",
            do="All raw columns are text; a JSON part is reached by record ->> '$.a.b'.",
        ) from None
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"TRY(strftime(({expression}) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ'))"
    return f"TRY(({expression})::VARCHAR)"


def _as_json_value(name: str, kind: pa.DataType) -> str:
    """A Parquet value as the JSON value that the log contract gives it: an instant is Unix milliseconds.

    A number that JSON does not know (NaN, infinity), and a time where none is due, become `true`: right for no field,
    and reported as such.
    """
    if pa.types.is_floating(kind):
        column = _column(name)
        return (
            f"CASE WHEN {_is_whole(column, kind)} THEN to_json({column}::BIGINT) "
            f"WHEN isfinite({column}) THEN to_json({column}) WHEN {column} IS NOT NULL THEN to_json(true) END"
        )
    if pa.types.is_decimal(kind):
        return f"{_without_zeros(_column(name))}::JSON"
    if pa.types.is_temporal(kind) and name != "event_time":
        return f"CASE WHEN {_column(name)} IS NOT NULL THEN to_json(true) END"
    if pa.types.is_timestamp(kind):
        # Down to milliseconds by whole numbers: a cast of nanoseconds would round, and may carry into the next day.
        column = _column(name)
        millis = f"epoch_ns({column}) // 1000000" if kind.unit == "ns" else f"epoch_us({column}) // 1000"
        return millis if kind.tz else f"strftime(epoch_ms({millis}), '%Y-%m-%dT%H:%M:%S.%g')"
    return _column(name)


def _as_text(name: str, kind: pa.DataType) -> str:
    """A value of a CSV or Parquet column as the text that a mapping sees."""
    column = _column(name)
    if pa.types.is_floating(kind):
        return f"CASE WHEN {_is_whole(column, kind)} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
    return _without_zeros(column) if pa.types.is_decimal(kind) else f"{column}::VARCHAR"


def _without_zeros(column: str) -> str:
    """A decimal number as text, a whole one without the zeros that its column's scale puts behind it."""
    return rf"regexp_replace({column}::VARCHAR, '\.0+$', '')"


def _is_whole(column: str, kind: pa.DataType) -> str:
    """Whether a number of a floating-point column is a whole one, and sure: beyond its digits neighbours are alike.

    Whole numbers stand in such columns where a writer had to leave some empty.
    """
    largest = 2 ** {16: 11, 32: 24, 64: 53}[kind.bit_width]
    return f"({column} = trunc({column}) AND abs({column}) <= {largest})"


def _holds_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _holds_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _column(name: str) -> str:
    return _name(f"column {name}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
