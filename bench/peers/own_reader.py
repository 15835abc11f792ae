"""The bare job with DuckDB's own reader of a form, as the yardstick for reading. Arguments: form, file.

NDJSON and CSV are read with the contract's types, packed or not; Parquet with its own types and all nineteen columns;
mapped JSON by a `read_json` with the types of its columns. Plain lines are read by `read_csv` as one column, from which
the expressions of the project's source mapping cut every field.
"""

import sys
import tomllib
from pathlib import Path

import duckdb
from job import TEXT_FIELDS, ZONE, answer

FORM, FILE = sys.argv[1:]
# A column of CSV is read at its place in the file: behind the texts.
TYPES = dict.fromkeys(TEXT_FIELDS, "VARCHAR") | {"event_time": "TIMESTAMPTZ", "latency_ms": "BIGINT"}
MAPPED_TYPES = {
    "id": "VARCHAR",
    "ts": "TIMESTAMPTZ",
    "app": "VARCHAR",
    "way": "VARCHAR",
    "step": "VARCHAR",
    "result": "STRUCT(status VARCHAR, code VARCHAR, vendor VARCHAR, took BIGINT)",
    "client": "STRUCT(os VARCHAR, osVersion VARCHAR, network VARCHAR, device VARCHAR, phone VARCHAR, package VARCHAR)",
    "sdk": "STRUCT(version VARCHAR, scheme VARCHAR)",
    "attempt": "VARCHAR",
    "account": "VARCHAR",
}
MAPPING = Path(__file__).parent.parent / "sources" / "lines.toml"
ONE_COLUMN = r"columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\x01', quote = ''"


def records() -> str:
    """Return the SQL text after FROM, which reads the file with the columns of the bare job."""
    match FORM.removesuffix(".gz").removesuffix(".zst"):
        case "ndjson":
            return f"read_json($file, format = 'newline_delimited', columns = {TYPES})"
        case "csv":
            return f"read_csv($file, auto_detect = false, header = true, columns = {TYPES})"
        case "parquet":
            return "read_parquet($file)"
        case "mapped":
            return f"""(
                SELECT ts AS event_time, app AS app_key, way AS channel, result.status AS outcome,
                    client.device AS device_id
                FROM read_json($file, format = 'newline_delimited', columns = {MAPPED_TYPES})
            )"""
        case "lines":
            fields = tomllib.loads(MAPPING.read_text("utf-8"))["fields"]
            cut = ", ".join(f"{expression} AS {name}" for name, expression in fields.items())
            return f"(SELECT {cut} FROM read_csv($file, {ONE_COLUMN}))"
        case _:
            sys.exit(f"unknown form: {FORM}")


connection = duckdb.connect()
connection.execute("SET TimeZone = ?", [ZONE])
rows = connection.execute(
    f"""
    SELECT
        event_time::TIMESTAMPTZ::DATE AS business_day,
        app_key,
        channel,
        count(*) AS records,
        count(*) FILTER (outcome = 'success') AS successes,
        count(DISTINCT device_id) AS devices
        -- A field that nobody asks for would not be cut, nor a column of Parquet be read.
        {", count(COLUMNS(*))" if FORM in ("lines", "parquet") else ""}
    FROM {records()}
    GROUP BY business_day, app_key, channel
    """,
    {"file": FILE},
).fetchall()
answer(len(rows), sum(row[3] for row in rows), sum(row[4] for row in rows), sum(row[5] for row in rows))
