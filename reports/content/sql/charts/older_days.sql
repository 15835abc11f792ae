-- One row per app, channel and day from $months_first to the day before $long_first: counts for the ranges of days that
-- a reader chooses. Channel and day are indexes. `chart_days.sql` has the newer days.
SELECT
    app_key,
    list_position($channels, channel) - 1 AS channel,
    (day - $months_first::DATE)::INTEGER AS place,
    {{ each(CHARTED[:3], "if(NOT is_login_channel(channel) AND is_number_channel(channel), NULL, {})") }},
    verifications
FROM channel_daily
WHERE day >= $months_first AND day < $long_first AND app_key BETWEEN $first_app AND $last_app
