-- app_key or '*', channel: the 90 days, oldest first: authorizations, requests, cancelled (none of local_verify),
-- verifications (of one_click and local_verify), the median and the 95th percentile of the latency; only channels with a
-- record then. Each is a text: the numbers, one more than they are so that 0 is none, in as many hexadecimal digits as the
-- largest needs, and these to base 64. It is empty where all counts are zero or no latency is there. That is half of what a
-- list takes, and these are half of an app's file. A day without data is not told from one without records here: the
-- site's days say which.
WITH chart_day AS (
    SELECT unnest(generate_series($long_first::DATE, $last::DATE, INTERVAL 1 DAY))::DATE AS day
), counted AS (
    SELECT
        app_key,
        channel,
        day,
        authorizations,
        authorization_requests,
        authorizations_cancelled,
        verifications,
        latency_p50_ms,
        latency_p95_ms
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last
    UNION ALL
    SELECT
        '*',
        channel,
        day,
        sum(authorizations)::BIGINT,
        sum(authorization_requests)::BIGINT,
        sum(authorizations_cancelled)::BIGINT,
        sum(verifications)::BIGINT,
        any_value(latency_daily.latency_p50_ms),
        any_value(latency_daily.latency_p95_ms)
    FROM channel_daily
    LEFT JOIN latency_daily USING (day, channel)
    WHERE day BETWEEN $long_first AND $last
    GROUP BY day, channel
), dense AS (
    -- Sorted once, not once for each list.
    SELECT
        app_key,
        channel,
        list(
            {
                'authorizations': authorizations,
                'requests': authorization_requests,
                'cancelled': authorizations_cancelled,
                'verifications': verifications,
                'p50': latency_p50_ms,
                'p95': latency_p95_ms
            }
            ORDER BY day
        ) AS rows
    FROM (SELECT DISTINCT app_key, channel FROM counted) AS channels
    CROSS JOIN chart_day
    LEFT JOIN counted USING (app_key, channel, day)
    GROUP BY app_key, channel
), listed AS (
    SELECT
        app_key,
        channel,
        [
            CASE channel WHEN 'local_verify' THEN [] ELSE list_transform(rows, lambda one: one.authorizations) END,
            CASE channel WHEN 'local_verify' THEN [] ELSE list_transform(rows, lambda one: one.requests) END,
            CASE channel WHEN 'local_verify' THEN [] ELSE list_transform(rows, lambda one: one.cancelled) END,
            CASE
                WHEN channel IN ('one_click', 'local_verify')
                    THEN list_transform(rows, lambda one: one.verifications)
                ELSE []
            END,
            list_transform(rows, lambda one: one.p50),
            list_transform(rows, lambda one: one.p95)
        ] AS lists
    FROM dense
), measured AS (
    SELECT
        app_key,
        channel,
        list_transform(
            lists, lambda one: {'numbers': one, 'digits': length(to_base(coalesce(list_max(one), 0) + 1, 16))::INTEGER}
        ) AS lists
    FROM listed
)
SELECT
    app_key,
    channel,
    list_transform(
        lists,
        lambda one, place: CASE
            WHEN list_max(one.numbers) IS NULL OR (place <= 4 AND list_max(one.numbers) = 0) THEN ''
            ELSE to_base64(unhex(array_to_string(
                list_transform(
                    one.numbers,
                    lambda value: lpad(
                        to_base(coalesce(value, if(place <= 4, 0, -1)) + 1, 16), one.digits, '0'
                    )
                ),
                ''
            )))
        END
    ) AS lists
FROM measured
ORDER BY app_key, channel
