-- One row per day and entry_channel, and one per day for all (NULL): sign-in sessions from $long_first to $last by way.
SELECT day, entry_channel, {{ sums(WAYS) }}
FROM session_daily
WHERE day BETWEEN $long_first AND $last
GROUP BY GROUPING SETS ((day), (day, entry_channel))
ORDER BY day, entry_channel NULLS FIRST
