-- One row per incident of the sign-in rate, failed_channel, failure, way and signed_in_by: sessions with a failure on
-- its newest day.
SELECT
    incident_id,
    failed_channel, failure, way, signed_in_by,
    {{ sums(("sessions", "within_minute")) }}
FROM incidents
JOIN session_paths_daily AS paths ON incidents.app_key IN (paths.app_key, '*') AND coalesce(last_day, $last) = day
WHERE metric = '{{ SIGN_IN }}'
GROUP BY incident_id, failed_channel, failure, way, signed_in_by
ORDER BY incident_id, failed_channel, failure, way, signed_in_by
