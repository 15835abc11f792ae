-- One row per app or `*`: counts of usage as lists of the 30 days, oldest first; NULL on days without data.
WITH sums AS (
    SELECT coalesce(app_key, '*') AS app_key, day, {{ sums(CARDS) }}
    FROM usage_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY day, GROUPING SETS ((app_key), ())
)
SELECT app_key, {{ each(CARDS, "list(CASE WHEN has_data THEN coalesce({}, 0) END ORDER BY day)") }}
FROM listed_apps
CROSS JOIN days
LEFT JOIN sums USING (app_key, day)
GROUP BY app_key
ORDER BY app_key
