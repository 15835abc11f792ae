-- day of $days, channel, and '*' for the four together: login authorization of all apps together in the four channels
SELECT
    day,
    coalesce(channel, '*') AS channel,
    sum(authorizations)::BIGINT AS authorizations,
    sum(authorization_requests)::BIGINT AS authorization_requests,
    sum(authorizations_cancelled)::BIGINT AS authorizations_cancelled,
    sum(authorizations_failed)::BIGINT AS authorizations_failed,
    sum(authorizations) / nullif(sum(authorization_requests), 0) AS authorization_rate,
    sum(authorizations) / nullif(sum(authorization_requests) - sum(authorizations_cancelled), 0)
        AS technical_success_rate
FROM channel_daily
WHERE day IN (SELECT unnest($days::DATE[])) AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
GROUP BY day, GROUPING SETS ((channel), ())
ORDER BY day, list_position(['one_click', 'wechat', 'qq', 'weibo', '*'], coalesce(channel_daily.channel, '*'))
