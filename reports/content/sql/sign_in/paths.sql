-- One row per failed_channel, failure, way and signed_in_by: sign-in sessions of the window of $window_days with a
-- failure.
SELECT failed_channel, failure, way, signed_in_by, {{ sums(("sessions", "within_minute")) }}
FROM sign_in_paths
WHERE window_days = $window_days
GROUP BY failed_channel, failure, way, signed_in_by
ORDER BY sessions DESC, failed_channel, failure, way, signed_in_by
