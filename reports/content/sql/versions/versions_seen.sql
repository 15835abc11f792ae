-- One row per app or `*` and SDK version: the first day with a record of any stage.
SELECT coalesce(app_key, '*') AS app_key, {{ VERSION }} AS value, min(day) AS first_seen
FROM outcome_daily
WHERE {{ VERSION }} IS NOT NULL
GROUP BY {{ VERSION }}, GROUPING SETS ((app_key), ())
ORDER BY ALL
