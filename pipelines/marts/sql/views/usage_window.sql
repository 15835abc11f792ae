-- grain: app_key with a record in the last `$window_days` days
WITH sums AS (
    SELECT app_key, {{ sums(USAGE) }}
    FROM usage_daily
    WHERE day >= (SELECT first_day FROM periods WHERE window_days = $window_days)
    GROUP BY app_key
)
SELECT app_key, app_name, platform, window_days, days_with_data, sums.* EXCLUDE (app_key)
FROM sums
JOIN apps USING (app_key)
JOIN periods ON window_days = $window_days
ORDER BY app_key
