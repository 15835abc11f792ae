-- One row per app or `*` and SDK version released in the 30 days: the first day on which the version had more than 1 %
-- of the login authorization requests. A version is left out if this is the app's first day with requests among the 30,
-- because the version may be older.
WITH shares AS (
    SELECT
        app_key,
        day,
        value,
        authorization_requests > 0.01 * sum(authorization_requests) OVER (PARTITION BY app_key, day) AS is_used,
        min(day) OVER (PARTITION BY app_key) AS first_day
    FROM version_requests
), found AS (
    SELECT app_key, value, min(day) AS released
    FROM shares
    WHERE is_used AND value <> 'unknown'
    GROUP BY app_key, value, first_day
    HAVING released > first_day
), earlier_sums AS (
    SELECT coalesce(app_key, '*') AS app_key, day, {{ VERSION }} AS value, {{ counted(["authorization_requests"]) }}
    FROM outcome_daily
    WHERE day < $first AND is_login_channel(channel) AND {{ VERSION }} IN (SELECT value FROM found)
    GROUP BY day, {{ VERSION }}, GROUPING SETS ((app_key), ())
), earlier_days AS (
    SELECT coalesce(app_key, '*') AS app_key, day, {{ sums(["authorization_requests"]) }}
    FROM channel_daily
    WHERE day < $first AND is_login_channel(channel)
    GROUP BY day, GROUPING SETS ((app_key), ())
), used_earlier AS (
    -- All earlier days are searched, because in a small app a version may have no request for weeks.
    SELECT app_key, value
    FROM earlier_sums
    JOIN earlier_days USING (app_key, day)
    WHERE earlier_sums.authorization_requests > 0.01 * earlier_days.authorization_requests
)
FROM found
ANTI JOIN used_earlier USING (app_key, value)
ORDER BY ALL
