-- One row per app or `*`, window, and channel or `*` for the four channels: login authorization over the window, its
-- matched days and their counterparts in the window before. Counts are NULL if no day of the window has data; counts of
-- counterparts are NULL if no day of the window before has data.
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
