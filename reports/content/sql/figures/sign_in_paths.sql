-- One row per app, window (1, 7, 30, 90 days), failed_channel, failure, way and signed_in_by: sessions with a failure.
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
