-- One row per app or `*` and SDK version: the first day with a record of any stage.
SELECT coalesce(app_key, '*') AS app_key, sdk_version AS value, min(day) AS first_seen
FROM outcome_daily
WHERE sdk_version IS NOT NULL
GROUP BY sdk_version, GROUPING SETS ((app_key), ())
ORDER BY ALL
