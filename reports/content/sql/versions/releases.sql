-- One row per app or `*` and SDK version: the first of the 30 days on which it had more than 1 % of the login
-- authorization requests. A version that had this on the first day with requests is left out, as it may be older.
WITH sums AS (
    SELECT coalesce(app_key, '*') AS app_key, day, value, sum(authorization_requests) AS requests
    FROM version_requests
    GROUP BY day, value, GROUPING SETS ((app_key), ())
), shares AS (
    SELECT
        app_key,
        day,
        value,
        requests > 0.01 * sum(requests) OVER (PARTITION BY app_key, day) AS is_used,
        min(day) OVER (PARTITION BY app_key) AS first_day
    FROM sums
)
SELECT app_key, value, min(day) AS released
FROM shares
WHERE is_used AND value <> 'unknown'
GROUP BY app_key, value, first_day
HAVING released > first_day
ORDER BY ALL
