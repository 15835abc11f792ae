-- One row per app, or `*` for all apps, with a sign-in record in the 90 days, from $first_app to $last_app: records
-- without a session on the data day; sessions by day, by way and by step, as JSON; then, of the data day, records,
-- sessions, sessions with a failure, and the place where most sessions stopped.
WITH listed AS (
    SELECT app_key
    FROM sign_in_funnel
    WHERE window_days = 90 AND records > 0 AND app_key BETWEEN $first_app AND $last_app
),
ways AS (
    SELECT app_key, {{ sums(("sessions", "cut")) }}, {{ rate("sign_in_rate", "sum({})") }} AS sign_in_rate
    FROM sign_in_ways
    WHERE window_days = 1 AND app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key
),
failed AS (
    SELECT
        app_key,
        {{ sums(("sessions",), prefix="failed_") }},
        {{ sums(("sessions",), "way = 'cut'", "failed_cut_") }},
        {{ sums(("sessions",), "way = 'lost'", "failed_lost_") }}
    FROM sign_in_paths
    WHERE window_days = 1 AND app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key
),
stopped AS (
    FROM sign_in_stops
    WHERE window_days = 1 AND app_key BETWEEN $first_app AND $last_app
    QUALIFY row_number() OVER (PARTITION BY app_key ORDER BY sessions DESC, channel, stage, outcome) = 1
)
SELECT
    app_key,
    coalesce(without_subject, 0) AS without_subject,
    charts.way_days,
    charts.step_days,
    coalesce(records, 0) AS records,
    coalesce(ways.sessions, 0) AS sessions,
    coalesce(cut, 0) AS cut,
    sign_in_rate,
    {{ each(("failed_sessions", "failed_cut_sessions", "failed_lost_sessions"), "coalesce({}, 0)") }},
    channel,
    stage,
    outcome
FROM listed
JOIN charts USING (app_key)
LEFT JOIN ways USING (app_key)
LEFT JOIN failed USING (app_key)
LEFT JOIN stopped USING (app_key)
LEFT JOIN (FROM sign_in_funnel WHERE window_days = 1) AS books USING (app_key)
ORDER BY app_key
