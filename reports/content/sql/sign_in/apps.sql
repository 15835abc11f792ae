-- One row per app, most sessions first: sign-in sessions from $first to $last. At most $listed; `apps` is the number of
-- all.
WITH counted AS (
    SELECT
        app_key,
        {{ sums(("sessions", "lost")) }},
        {{ rate("sign_in_rate", "sum({})") }} AS sign_in_rate
    FROM session_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY app_key
),
failed AS (
    SELECT app_key, {{ measured(("failed_sessions", "recovered_sessions")) }}
    FROM session_paths_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY app_key
)
SELECT
    app_key,
    sessions,
    sign_in_rate,
    {{ rate("recovery_rate") }} AS recovery_rate,
    lost,
    count(*) OVER () AS apps
FROM counted
LEFT JOIN failed USING (app_key)
ORDER BY sessions DESC, app_key
LIMIT $listed
