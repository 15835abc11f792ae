-- app_key or '*', sdk_version: login authorization in the four channels over the 90 days, oldest first, of the versions
-- listed: authorizations, requests, cancelled; texts as those of the channels
WITH listed AS (
    SELECT DISTINCT app_key, sdk_version FROM versions WHERE sdk_version IS NOT NULL
), counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        day,
        sdk_version,
        sum(authorizations)::BIGINT AS authorizations,
        sum(requests)::BIGINT AS requests,
        sum(cancelled)::BIGINT AS cancelled
    FROM version_requests
    GROUP BY day, sdk_version, GROUPING SETS ((app_key), ())
)
SELECT
    app_key,
    sdk_version,
    packed_numbers(
        list(
            {
                'place': day - $long_first::DATE,
                'authorizations': authorizations,
                'requests': requests,
                'cancelled': cancelled,
                'verifications': NULL::BIGINT,
                'undelivered': NULL::BIGINT,
                'p50': NULL::BIGINT,
                'p95': NULL::BIGINT
            }
        ),
        $last::DATE - $long_first::DATE + 1
    )[:3] AS lists
FROM counted
JOIN listed USING (app_key, sdk_version)
GROUP BY app_key, sdk_version
ORDER BY app_key, sdk_version
