-- One row per entry_channel, first a row for all (NULL): sign-in sessions from $first to $last by way.
SELECT
    entry_channel,
    {{ sums(("sessions",) + WAYS) }},
    {{ rate("sign_in_rate", "sum({})") }} AS sign_in_rate
FROM session_daily
WHERE day BETWEEN $first AND $last
GROUP BY GROUPING SETS ((), (entry_channel))
ORDER BY entry_channel IS NOT NULL, sessions DESC, entry_channel
