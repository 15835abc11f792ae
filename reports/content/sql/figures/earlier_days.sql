-- app_key or '*', channel: the 60 days before the 30, oldest first: authorizations, requests, cancelled, verifications,
-- the median and the 95th percentile of the latency; only channels with a record then. Each is a text of numbers to base
-- 36, all of the same width, dots where there is none, and empty where nothing but zeros is in it: half of what a list
-- takes, and these are half of an app's file. A day without data is not told from one without records here: the site's
-- days say which.
WITH earlier AS (
    SELECT unnest(generate_series($long_first::DATE, $first::DATE - 1, INTERVAL 1 DAY))::DATE AS day
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
    WHERE day BETWEEN $long_first AND $first::DATE - 1
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
    WHERE day BETWEEN $long_first AND $first::DATE - 1
    GROUP BY day, channel
), listed AS (
    SELECT
        app_key,
        channel,
        [
            list(coalesce(authorizations, 0) ORDER BY day),
            list(coalesce(authorization_requests, 0) ORDER BY day),
            list(coalesce(authorizations_cancelled, 0) ORDER BY day),
            list(coalesce(verifications, 0) ORDER BY day),
            list(latency_p50_ms ORDER BY day),
            list(latency_p95_ms ORDER BY day)
        ] AS lists
    FROM (SELECT DISTINCT app_key, channel FROM counted) AS channels
    CROSS JOIN earlier
    LEFT JOIN counted USING (app_key, channel, day)
    GROUP BY app_key, channel
), measured AS (
    SELECT
        app_key,
        channel,
        list_transform(
            lists, lambda one: {'numbers': one, 'width': length(to_base(coalesce(list_max(one), 0), 36))::INTEGER}
        ) AS lists
    FROM listed
)
SELECT
    app_key,
    channel,
    list_transform(
        lists,
        lambda one: CASE WHEN coalesce(list_max(one.numbers), 0) = 0 THEN '' ELSE array_to_string(
            list_transform(
                one.numbers, lambda value: coalesce(lpad(to_base(value, 36), one.width, '0'), repeat('.', one.width))
            ),
            ''
        ) END
    ) AS lists
FROM measured
ORDER BY app_key, channel
