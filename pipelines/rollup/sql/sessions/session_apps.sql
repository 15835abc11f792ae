-- grain: app with a sign-in record: its sessions, and whether its server confirms sign-ins
SELECT
    app,
    day,
    app_key,
    sign_in_counts.records,
    without_subject,
    coalesce(sessions, 0) AS sessions,
    coalesce(served > 0 AND served * 10 >= authorized, false) AS by_server
FROM sign_in_counts
JOIN app_numbers USING (app)
LEFT JOIN (
    SELECT
        app,
        sum(sessions)::BIGINT AS sessions,
        sum(sessions) FILTER (is_authorized) AS authorized,
        sum(sessions) FILTER (is_authorized AND flags & 2 > 0) AS served
    FROM session_groups
    GROUP BY ALL
) USING (app)
