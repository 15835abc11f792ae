-- grain: day, app_key: the number of the app on that day, ascending by day and app_key, and its registered platform.
-- Numbers group and sort faster than text.
SELECT
    day,
    app_key,
    app_number(day_number, row_number() OVER (PARTITION BY day ORDER BY app_key)) AS app,
    platform
FROM delivered_apps
JOIN batch_days USING (day)
LEFT JOIN app_platforms USING (app_key)
