-- One row per app, channel and day of the 90 with a record: the numbers of the charts of the apps whose `place` is from
-- $first_app_place to $last_app_place. All apps together (`*`) have place 0. App, channel and day (`place`) are indexes
-- from 0, see `indexed`. `undelivered` is the number of verification requests without a result. A missing row means
-- zero, or a day without data: the data that all pages share list the days without data.
WITH counted AS (
    SELECT
        app_key,
        channel,
        (day - $long_first::DATE)::INTEGER AS place,
        {{ each(CHARTED[:3], "if(is_login_channel(channel) OR NOT is_number_channel(channel), {}, NULL)") }},
        verifications,
        verification_requests - verifications AS undelivered,
        latency_p50_ms,
        latency_p95_ms
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last
    UNION ALL
    SELECT
        '*',
        channel,
        (day - $long_first::DATE)::INTEGER,
        {{ each(CHARTED[:3], "sum({}) FILTER (is_login_channel(channel) OR NOT is_number_channel(channel))::BIGINT") }},
        sum(verifications)::BIGINT,
        sum(verification_requests - verifications)::BIGINT,
        any_value(latency_daily.latency_p50_ms),
        any_value(latency_daily.latency_p95_ms)
    FROM channel_daily
    LEFT JOIN latency_daily USING (day, channel)
    WHERE day BETWEEN $long_first AND $last AND $first_app_place = 0
    GROUP BY day, channel
)
{{ indexed("counted") }}
