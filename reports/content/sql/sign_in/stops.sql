-- One row per channel, stage and outcome of the last record: sessions of the window of $window_days that were not seen
-- signing in, most first.
SELECT channel, stage, outcome, {{ sums(("sessions",)) }}
FROM sign_in_stops
WHERE window_days = $window_days
GROUP BY channel, stage, outcome
ORDER BY sessions DESC, channel, stage, outcome
