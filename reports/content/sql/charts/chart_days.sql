-- One row per app, channel and day of the 90 with a record: the numbers of the charts of the apps whose `place` is from
-- $first_app_place to $last_app_place. All apps together (`*`) have place 0. App, channel and day are indexes from 0;
-- `app` counts from $first_app_place. `undelivered` is the number of verification requests without a result. A missing
-- row means zero, or a day without data: the data that all pages share list the days without data.
WITH counted AS (
    SELECT
        app_key,
        channel,
        day,
        {{ each(CHARTED, "{}") }},
        verification_requests - verifications AS undelivered,
        latency_p50_ms,
        latency_p95_ms
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last
    UNION ALL
    SELECT
        '*',
        channel,
        day,
        {{ each(CHARTED, "sum({})::BIGINT") }},
        sum(verification_requests - verifications)::BIGINT,
        any_value(latency_daily.latency_p50_ms),
        any_value(latency_daily.latency_p95_ms)
    FROM channel_daily
    LEFT JOIN latency_daily USING (day, channel)
    WHERE day BETWEEN $long_first AND $last AND $first_app_place = 0
    GROUP BY day, channel
)
SELECT
    (listed.place - $first_app_place)::INTEGER AS app,
    list_position($channels, channel) - 1 AS channel,
    (day - $long_first::DATE)::INTEGER AS place,
    {{ each(CHARTED[:3], "if(NOT is_login_channel(channel) AND is_number_channel(channel), NULL, {})") }},
    verifications,
    undelivered,
    latency_p50_ms,
    latency_p95_ms
FROM counted
JOIN listed_apps AS listed USING (app_key)
WHERE listed.place BETWEEN $first_app_place AND $last_app_place
