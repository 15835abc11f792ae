-- app_key or '*', window_days, dimension, value: login authorization by platform (the four channels together) and by
-- carrier (one_click alone: a social platform's answer has none), over the window, over its matched days and over their
-- counterparts in the window before
WITH counted AS (
    SELECT
        app_key,
        place,
        channel = 'one_click' AS is_one_click,
        platform,
        carrier,
        sum(authorization_requests)::BIGINT AS authorization_requests,
        sum(authorizations)::BIGINT AS authorizations,
        sum(authorizations_cancelled)::BIGINT AS authorizations_cancelled
    FROM channel_detail_daily
    JOIN day_places USING (day)
    WHERE channel IN ('one_click', 'wechat', 'qq', 'weibo')
    GROUP BY ALL
), by_dimension AS (
    SELECT *, 'platform' AS dimension, platform AS value FROM counted
    UNION ALL
    SELECT *, 'carrier', carrier FROM counted WHERE is_one_click
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
FROM by_dimension
JOIN place_windows USING (place)
GROUP BY window_days, dimension, value, GROUPING SETS ((app_key), ())
HAVING requests > 0 OR counterpart_requests > 0
ORDER BY ALL
