-- app_key or '*', window_days, dimension, value: login authorization by platform (the four channels together) and by
-- carrier (one_click alone: a social platform's answer has none), over the window, over its matched days and over their
-- counterparts in the window before
WITH daily AS (
    SELECT app_key, day, 'platform' AS dimension, platform AS value,
        authorization_requests, authorizations, authorizations_cancelled
    FROM channel_detail_daily
    WHERE channel IN ('one_click', 'wechat', 'qq', 'weibo')
    UNION ALL
    SELECT app_key, day, 'carrier', carrier, authorization_requests, authorizations, authorizations_cancelled
    FROM channel_detail_daily
    WHERE channel = 'one_click'
)
SELECT
    coalesce(app_key, '*') AS app_key,
    window_days,
    dimension,
    value,
    coalesce(sum(authorizations) FILTER (NOT is_base), 0)::BIGINT AS authorizations,
    coalesce(sum(authorization_requests) FILTER (NOT is_base), 0)::BIGINT AS requests,
    coalesce(sum(authorizations_cancelled) FILTER (NOT is_base), 0)::BIGINT AS cancelled,
    coalesce(sum(authorizations) FILTER (NOT is_base AND is_matched), 0)::BIGINT AS matched_authorizations,
    coalesce(sum(authorization_requests) FILTER (NOT is_base AND is_matched), 0)::BIGINT AS matched_requests,
    coalesce(sum(authorizations) FILTER (is_base AND is_matched), 0)::BIGINT AS counterpart_authorizations,
    coalesce(sum(authorization_requests) FILTER (is_base AND is_matched), 0)::BIGINT AS counterpart_requests
FROM daily
JOIN period_days USING (day)
JOIN periods USING (period)
WHERE window_days IS NOT NULL
GROUP BY window_days, dimension, value, GROUPING SETS ((app_key), ())
HAVING requests > 0 OR counterpart_requests > 0
ORDER BY ALL
