-- One row per entry_channel, first a row for all (NULL): sign-in sessions of the window of $window_days by way.
SELECT
    entry_channel,
    {{ sums(("sessions",) + WAYS) }},
    {{ rate("sign_in_rate", "sum({})") }} AS sign_in_rate
FROM sign_in_ways
WHERE window_days = $window_days
GROUP BY GROUPING SETS ((), (entry_channel))
ORDER BY entry_channel IS NOT NULL, sessions DESC, entry_channel
