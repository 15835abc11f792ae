-- One row per app, or `*` for all apps, with a row in any of the tables, from $first_app to $last_app: the tables as
-- JSON. `tables` are defined in `figures/document_tables.py`; empty tables are left out.
-- noqa: disable=ST03
WITH step_times AS (
    SELECT app_key, step, sessions, p50_ms, p95_ms, negative
    FROM session_times_daily
    WHERE day = $last AND app_key BETWEEN $first_app AND $last_app
),
tables AS (
    {{ sign_in_tables_query() }}
)
SELECT app_key, '{"tables":' || tables || '}' AS document
FROM tables
ORDER BY app_key
