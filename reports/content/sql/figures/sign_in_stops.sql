-- One row per app, window (1, 7, 30, 90 days), channel, stage and outcome: sessions that were not seen signing in.
WITH windows AS (
    SELECT DISTINCT shortest AS window_days FROM day_windows
),
cells AS (
    SELECT app_key, shortest, channel, stage, outcome, {{ sums(("sessions",)) }}
    FROM session_stops_daily
    JOIN day_windows USING (day)
    GROUP BY app_key, shortest, channel, stage, outcome
)
SELECT app_key, window_days, channel, stage, outcome, {{ sums(("sessions",)) }}
FROM cells
JOIN windows ON shortest <= window_days
GROUP BY app_key, window_days, channel, stage, outcome
ORDER BY app_key
