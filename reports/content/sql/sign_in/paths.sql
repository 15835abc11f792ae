-- One row per failed_channel, failure, way and signed_in_by: sign-in sessions with a failure from $first to $last.
SELECT failed_channel, failure, way, signed_in_by, {{ sums(("sessions", "within_minute")) }}
FROM session_paths_daily
WHERE day BETWEEN $first AND $last
GROUP BY failed_channel, failure, way, signed_in_by
ORDER BY sessions DESC, failed_channel, failure, way, signed_in_by
