-- app_key or '*', channel: the 13 months up to that of the data day, oldest first: authorizations, requests, cancelled
-- (none of local_verify), verifications (of one_click and local_verify), the requests of verification that delivered none;
-- texts as those of the days
WITH logged AS (
    SELECT DISTINCT app_key
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last AND channel <> 'local_verify' AND authorization_requests > 0
), counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        date_diff('month', $months_first::DATE, date_trunc('month', day)::DATE) AS place,
        sum(authorizations) FILTER (channel <> 'local_verify')::BIGINT AS authorizations,
        sum(authorization_requests) FILTER (channel <> 'local_verify')::BIGINT AS requests,
        sum(authorizations_cancelled) FILTER (channel <> 'local_verify')::BIGINT AS cancelled,
        sum(verifications) FILTER (channel IN ('one_click', 'local_verify'))::BIGINT AS verifications,
        sum(verification_requests - verifications) FILTER (channel IN ('one_click', 'local_verify'))::BIGINT
            AS undelivered
    FROM channel_daily
    WHERE day BETWEEN $months_first AND $last
    GROUP BY channel, date_trunc('month', day)::DATE, GROUPING SETS ((app_key), ())
)
SELECT
    app_key,
    channel,
    packed_numbers(
        list(
            {
                'place': place,
                'authorizations': authorizations,
                'requests': requests,
                'cancelled': cancelled,
                'verifications': verifications,
                'undelivered': if(app_key = '*' OR app_key IN (FROM logged), NULL, undelivered),
                'p50': NULL::BIGINT,
                'p95': NULL::BIGINT
            }
        ),
        date_diff('month', $months_first::DATE, $last::DATE) + 1
    )[:5] AS lists
FROM counted
GROUP BY app_key, channel
ORDER BY app_key, channel
