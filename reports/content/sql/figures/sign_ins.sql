-- app_key, window_days (7, 30): sign-in sessions of the app by way, and what became of those with a failure; rates with the
-- digits that the page has
WITH windows AS (
    SELECT unnest([7, 30]) AS window_days
),
counted AS (
    SELECT
        app_key,
        window_days,
        {{ sums(("sessions",) + WAYS) }},
        round({{ rate("sign_in_rate", "sum({})") }}, 4) AS sign_in_rate
    FROM session_daily
    JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
    GROUP BY app_key, window_days
),
failed AS (
    SELECT app_key, window_days, {{ measured(("failed_sessions", "recovered_sessions")) }}
    FROM session_paths_daily
    JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
    GROUP BY app_key, window_days
)
SELECT
    counted.*,
    coalesce(failed_sessions, 0) AS failed_sessions,
    round({{ rate("recovery_rate") }}, 4) AS recovery_rate
FROM counted
LEFT JOIN failed USING (app_key, window_days)
ORDER BY app_key, window_days
