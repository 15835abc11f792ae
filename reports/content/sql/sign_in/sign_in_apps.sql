-- One row per app, most sessions first: sign-in sessions of the window of $window_days. At most $listed rows; `apps` is
-- the number of all apps with a session.
WITH counted AS (
    SELECT app_key, {{ sums(("sessions", "lost")) }}, {{ rate("sign_in_rate", "sum({})") }} AS sign_in_rate
    FROM sign_in_ways
    WHERE window_days = $window_days AND app_key <> '*'
    GROUP BY app_key
),
failed AS (
    SELECT app_key, {{ measured(("failed_sessions", "recovered_sessions")) }}
    FROM sign_in_paths
    WHERE window_days = $window_days
    GROUP BY app_key
)
SELECT app_key, sessions, sign_in_rate, {{ rate("recovery_rate") }} AS recovery_rate, lost, count(*) OVER () AS apps
FROM counted
LEFT JOIN failed USING (app_key)
ORDER BY sessions DESC, app_key
LIMIT $listed
