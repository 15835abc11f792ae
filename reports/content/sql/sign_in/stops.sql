-- channel, stage, outcome of the last record: sessions not seen signing in from $first to $last, most first
SELECT channel, stage, outcome, {{ sums(("sessions",)) }}
FROM session_stops_daily
WHERE day BETWEEN $first AND $last
GROUP BY channel, stage, outcome
ORDER BY sessions DESC, channel, stage, outcome
