-- One row per app, window (1, 7, 30, 90 days) and entry_channel: sign-in sessions by way.
WITH windows AS (
    SELECT unnest([1, 7, 30, 90]) AS window_days
)
SELECT app_key, window_days, entry_channel, {{ sums(("sessions",) + WAYS) }}
FROM session_daily
JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
GROUP BY app_key, window_days, entry_channel
ORDER BY app_key
