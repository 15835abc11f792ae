-- One row per app, window (1, 7, 30, 90 days) and entry_channel: sign-in sessions by way.
WITH windows AS (
    SELECT DISTINCT shortest AS window_days FROM day_windows
)
SELECT app_key, window_days, entry_channel, {{ sums(("sessions",) + WAYS) }}
FROM session_cells
JOIN windows ON shortest <= window_days
GROUP BY app_key, window_days, entry_channel
ORDER BY app_key
