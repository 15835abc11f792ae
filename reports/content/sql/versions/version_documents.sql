-- One row per app with more SDK versions than its page lists, from $first_app to $last_app: all of them as JSON. `tables`
-- are defined in `document_tables.py`.
WITH tables AS (
    {{ version_tables_query() }}
)
SELECT app_key, tables::VARCHAR AS document
FROM tables
ORDER BY app_key
