-- app_key, day: requests and technical success of the apps named, on the 30 days and the eight weeks before these; a row
-- where there was a record
SELECT
    app_key,
    day,
    sum(authorization_requests + verification_requests)::BIGINT AS volume,
    coalesce(sum(authorizations) FILTER (channel IN ('one_click', 'wechat', 'qq', 'weibo')), 0)::BIGINT
        AS authorizations,
    coalesce(
        sum(authorization_requests - authorizations_cancelled) FILTER (channel IN ('one_click', 'wechat', 'qq', 'weibo')),
        0
    )::BIGINT AS technical_requests
FROM channel_daily
WHERE day BETWEEN $last::DATE - 85 AND $last AND app_key IN (SELECT unnest($keys))
GROUP BY app_key, day
ORDER BY app_key, day
