-- app_key or '*', window_days, SDK version: login authorization over the window. Of more than $versions versions all but
-- those with most requests are one row: its value is NULL, and `merged` says how many they are
WITH sums AS (
    SELECT coalesce(app_key, '*') AS app_key, window_days, value, {{ sums(LOGINS) }}
    FROM version_requests
    JOIN period_days USING (day)
    JOIN periods USING (period)
    WHERE window_days IS NOT NULL AND NOT is_base
    GROUP BY window_days, value, GROUPING SETS ((app_key), ())
), placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY app_key, window_days ORDER BY authorization_requests DESC, value) AS place,
        count(*) OVER (PARTITION BY app_key, window_days) AS listed
    FROM sums
)
SELECT
    app_key,
    window_days,
    CASE WHEN listed <= $versions OR place < $versions THEN placed.value END AS value,
    count(*) AS merged,
    {{ sums(LOGINS) }}
FROM placed
GROUP BY ALL
ORDER BY ALL
