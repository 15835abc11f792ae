-- day of the last 86, the 30 that are shown and the eight weeks before these, oldest first: what the key figures are made of, of all apps together; NULL on a day without data
WITH days AS (
    SELECT unnest(generate_series($last::DATE - 85, $last::DATE, INTERVAL 1 DAY))::DATE AS day
), logins AS (
    SELECT
        day,
        sum(authorizations)::BIGINT AS authorizations,
        sum(authorization_requests - authorizations_cancelled)::BIGINT AS technical_requests
    FROM channel_daily
    WHERE day > $last::DATE - 86 AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
    GROUP BY day
), counts AS (
    SELECT
        day,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations
    FROM usage_daily
    WHERE day > $last::DATE - 86
    GROUP BY day
)
SELECT
    day,
    day_state = 'complete' AS has_data,
    CASE WHEN has_data THEN coalesce(authorizations, 0) END AS authorizations,
    CASE WHEN has_data THEN coalesce(technical_requests, 0) END AS technical_requests,
    CASE WHEN has_data THEN coalesce(number_verifications, 0) END AS number_verifications,
    CASE WHEN has_data THEN coalesce(one_click_verifications, 0) END AS one_click_verifications,
    CASE WHEN has_data THEN coalesce(local_verifications, 0) END AS local_verifications,
    CASE WHEN has_data THEN coalesce(third_party_authorizations, 0) END AS third_party_authorizations
FROM days
LEFT JOIN day_quality USING (day)
LEFT JOIN logins USING (day)
LEFT JOIN counts USING (day)
ORDER BY day
