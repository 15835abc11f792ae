-- One row per day of the 30, app or `*` and SDK version (`unknown` without one): login authorization of the four channels
-- together.
WITH by_app AS (
    SELECT day, app_key, coalesce({{ VERSION }}, 'unknown') AS value, {{ counted(LOGINS) }}
    FROM outcome_daily
    WHERE day BETWEEN $first AND $last AND is_login_channel(channel)
    GROUP BY ALL
    HAVING authorization_requests > 0
)
SELECT day, coalesce(app_key, '*') AS app_key, value, {{ sums(LOGINS) }}
FROM by_app
GROUP BY day, value, GROUPING SETS ((app_key), ())
