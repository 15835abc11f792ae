-- One row per app, window (1, 7, 30, 90 days), failed_channel, failure, way and signed_in_by: sessions with a failure.
WITH windows AS (
    SELECT DISTINCT shortest AS window_days FROM day_windows
),
cells AS (
    SELECT
        app_key, shortest, failed_channel, failure, way, signed_in_by,
        {{ sums(("sessions", "within_minute")) }}
    FROM session_paths_daily
    JOIN day_windows USING (day)
    GROUP BY app_key, shortest, failed_channel, failure, way, signed_in_by
)
SELECT
    app_key, window_days, failed_channel, failure, way, signed_in_by,
    {{ sums(("sessions", "within_minute")) }}
FROM cells
JOIN windows ON shortest <= window_days
GROUP BY app_key, window_days, failed_channel, failure, way, signed_in_by
ORDER BY app_key
