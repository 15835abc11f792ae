-- One row per app, window (1, 7, 30, 90 days), channel, stage and outcome: sessions that were not seen signing in.
WITH windows AS (
    SELECT unnest([1, 7, 30, 90]) AS window_days
)
SELECT app_key, window_days, channel, stage, outcome, {{ sums(("sessions",)) }}
FROM session_stops_daily
JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
GROUP BY app_key, window_days, channel, stage, outcome
ORDER BY app_key
