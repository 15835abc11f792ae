-- One row per incident of the sign-in rate: sessions with a failure on its newest day.
SELECT
    incident_id,
    {{ sums(("sessions",)) }},
    {{ sums(("sessions",), "way = 'cut'", "cut_") }},
    {{ sums(("sessions",), "way = 'lost'", "lost_") }}
FROM incidents
JOIN session_paths_daily AS paths ON incidents.app_key IN (paths.app_key, '*') AND coalesce(last_day, $last) = day
WHERE metric = '{{ SIGN_IN }}'
GROUP BY incident_id
ORDER BY incident_id
