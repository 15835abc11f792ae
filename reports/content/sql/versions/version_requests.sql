-- One row per day of the 30, app and SDK version (`unknown` without one): login authorization of the four channels
-- together.
SELECT day, app_key, coalesce({{ VERSION }}, 'unknown') AS value, {{ counted(LOGINS) }}
FROM outcome_daily
WHERE day BETWEEN $first AND $last AND is_login_channel(channel)
GROUP BY ALL
HAVING authorization_requests > 0
