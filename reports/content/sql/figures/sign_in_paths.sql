-- app_key, window_days (1, 7, 30, 90), failed_channel, failure, way, signed_in_by: sign-in sessions of the app with a failure
WITH windows AS (
    SELECT unnest([1, 7, 30, 90]) AS window_days
)
SELECT
    app_key, window_days, failed_channel, failure, way, signed_in_by,
    {{ sums(("sessions", "within_minute")) }}
FROM session_paths_daily
JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
GROUP BY app_key, window_days, failed_channel, failure, way, signed_in_by
ORDER BY app_key
