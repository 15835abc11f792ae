"""The bare job in DuckDB: the yardstick."""

import duckdb
from job import TEXT_FIELDS, ZONE, answer, files

COLUMNS = dict.fromkeys(TEXT_FIELDS, "VARCHAR") | {"event_time": "TIMESTAMPTZ", "latency_ms": "BIGINT"}

connection = duckdb.connect()
connection.execute("SET TimeZone = ?", [ZONE])
rows = connection.execute(
    """
    SELECT
        event_time::DATE AS business_day,
        app_key,
        channel,
        count(*) AS records,
        count(*) FILTER (outcome = 'success') AS successes,
        count(DISTINCT device_id) AS devices
    FROM read_json($files, format = 'newline_delimited', columns = $columns)
    GROUP BY ALL
    """,
    {"files": files(), "columns": COLUMNS},
).fetchall()
answer(len(rows), sum(row[3] for row in rows), sum(row[4] for row in rows), sum(row[5] for row in rows))
