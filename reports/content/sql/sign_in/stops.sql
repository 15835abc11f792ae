-- One row per channel, stage and outcome of the last record: sessions from $first to $last that were not seen signing
-- in, most first.
SELECT channel, stage, outcome, {{ sums(("sessions",)) }}
FROM session_stops_daily
WHERE day BETWEEN $first AND $last
GROUP BY channel, stage, outcome
ORDER BY sessions DESC, channel, stage, outcome
