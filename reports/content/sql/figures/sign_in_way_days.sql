-- One row per app, channel and day of the 90 (the latter two as indexes): sign-in sessions that began in the channel, by
-- way.
SELECT
    app_key,
    list_position($channels, entry_channel) - 1 AS channel,
    (day - $long_first::DATE)::INTEGER AS place,
    {{ sums(WAYS) }}
FROM session_daily
WHERE day BETWEEN $long_first AND $last
GROUP BY app_key, entry_channel, day
ORDER BY app_key
