-- app_key (from $first_app to $last_app), channel (its place), place of a day from $months_first up to the 90 days: the counts
-- of a range of the reader's own; the newer days are those of the charts (`chart_days.sql`)
SELECT
    app_key,
    list_position($channels, channel) - 1 AS channel,
    (day - $months_first::DATE)::INTEGER AS place,
    {{ each(CHARTED[:3], "if(NOT is_login_channel(channel) AND is_number_channel(channel), NULL, {})") }},
    verifications
FROM channel_daily
WHERE day >= $months_first AND day < $long_first AND app_key BETWEEN $first_app AND $last_app
