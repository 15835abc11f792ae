-- One row per row of session_daily of the 90 days: the sign-in sessions that began in the channel, by way. App, channel
-- and day (`place`) are indexes as in `chart_days.sql`. The caller sums rows with the same app, channel and day.
SELECT
    (listed.place - $first_app_place)::INTEGER AS app,
    list_position($channels, entry_channel) - 1 AS channel,
    (day - $long_first::DATE)::INTEGER AS place,
    {{ each(WAYS, "{}") }}
FROM session_daily
JOIN listed_apps AS listed USING (app_key)
WHERE day BETWEEN $long_first AND $last AND listed.place BETWEEN $first_app_place AND $last_app_place
