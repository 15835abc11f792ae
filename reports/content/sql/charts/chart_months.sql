-- One row per app, channel and month of the 13, all three as indexes as in `chart_days.sql`: the same counts.
WITH counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        date_diff('month', $months_first::DATE, date_trunc('month', day)::DATE) AS place,
        {{ each(CHARTED[:3], "sum({}) FILTER (is_login_channel(channel) OR NOT is_number_channel(channel))::BIGINT") }},
        sum(verifications)::BIGINT AS verifications,
        sum(verification_requests - verifications)::BIGINT AS undelivered
    FROM channel_daily
    WHERE day BETWEEN $months_first AND $last
    GROUP BY channel, place, GROUPING SETS ((app_key), ())
)
{{ indexed("counted") }}
