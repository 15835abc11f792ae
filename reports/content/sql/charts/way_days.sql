-- One row per row of session_daily of the 90 days, and one per channel and day for all apps together (`*`): the sign-in
-- sessions that began in the channel, by way. App, channel and day (`place`) are indexes as in `chart_days.sql`. The
-- caller sums rows with the same app, channel and day.
WITH counted AS (
    SELECT app_key, entry_channel AS channel, (day - $long_first::DATE)::INTEGER AS place, {{ each(WAYS, "{}") }}
    FROM session_daily
    WHERE day BETWEEN $long_first AND $last
    UNION ALL
    SELECT '*', entry_channel, (day - $long_first::DATE)::INTEGER, {{ sums(WAYS) }}
    FROM session_daily
    WHERE day BETWEEN $long_first AND $last AND $first_app_place = 0
    GROUP BY entry_channel, day
)
{{ indexed("counted") }}
