-- One row per app with a record in the 30 days: its key.
SELECT DISTINCT app_key
FROM channel_daily
WHERE day BETWEEN $first AND $last
ORDER BY app_key
