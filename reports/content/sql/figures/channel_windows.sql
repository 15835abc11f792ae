-- app_key or '*', window_days, channel or '*' for the four together: login authorization over the window, over its
-- matched days and over their counterparts in the window before; NULL where no day of the window has data
WITH known AS (
    SELECT
        app_key,
        window_days,
        channel,
        {{ each(LOGIN_COUNTS + span_names(LOGIN_RATE)[2:4], "CASE WHEN days_with_data > 0 THEN {} END") }},
        {{ each(span_names(LOGIN_RATE)[4:], "CASE WHEN previous_days_with_data > 0 THEN {} END") }}
    FROM login_trend_summary
    WHERE as_of = $last
)
SELECT
    app_key,
    window_days,
    coalesce(channel, '*') AS channel,
    {{ each(LOGIN_COUNTS + span_names(LOGIN_RATE)[2:], "sum({})::BIGINT") }}
FROM known
GROUP BY app_key, window_days, GROUPING SETS ((channel), ())
ORDER BY app_key, window_days, list_position(list_append(login_channels(), '*'), coalesce(known.channel, '*'))
