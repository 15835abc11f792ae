-- One row per app: number of rows in its detail export.
SELECT app_key, count(*) AS rows
FROM channel_detail_daily
WHERE day BETWEEN $first AND $last
GROUP BY app_key
ORDER BY app_key
