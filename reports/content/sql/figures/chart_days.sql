-- app_key or '*', channel: the 90 days, oldest first: authorizations, requests, cancelled (none of local_verify),
-- verifications (of one_click and local_verify), the requests of verification that delivered none (of an app that nobody
-- signs in by), the median and the 95th percentile of the latency; only channels with a record then. Each is a text, see
-- `packed_numbers.py`. A day without data is not told from one without records here: the site's days say which.
WITH logged AS (
    SELECT DISTINCT app_key
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last AND channel <> 'local_verify' AND authorization_requests > 0
), counted AS (
    SELECT
        app_key,
        channel,
        day,
        authorizations,
        authorization_requests,
        authorizations_cancelled,
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
        day,
        sum(authorizations)::BIGINT,
        sum(authorization_requests)::BIGINT,
        sum(authorizations_cancelled)::BIGINT,
        sum(verifications)::BIGINT,
        sum(verification_requests - verifications)::BIGINT,
        any_value(latency_daily.latency_p50_ms),
        any_value(latency_daily.latency_p95_ms)
    FROM channel_daily
    LEFT JOIN latency_daily USING (day, channel)
    WHERE day BETWEEN $long_first AND $last
    GROUP BY day, channel
)
SELECT
    app_key,
    channel,
    packed_numbers(
        list(
            {
                'place': day - $long_first::DATE,
                'authorizations': if(channel = 'local_verify', NULL, authorizations),
                'requests': if(channel = 'local_verify', NULL, authorization_requests),
                'cancelled': if(channel = 'local_verify', NULL, authorizations_cancelled),
                'verifications': if(channel IN ('one_click', 'local_verify'), verifications, NULL),
                'undelivered': if(app_key = '*' OR app_key IN (FROM logged), NULL, undelivered),
                'p50': latency_p50_ms,
                'p95': latency_p95_ms
            }
        ),
        $last::DATE - $long_first::DATE + 1
    ) AS lists
FROM counted
GROUP BY app_key, channel
ORDER BY app_key, channel
