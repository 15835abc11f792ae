-- grain: month, app_key with a record in it
WITH sums AS (
    SELECT
        date_trunc('month', day)::DATE AS month,
        app_key,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
        sum(wechat_authorizations)::BIGINT AS wechat_authorizations,
        sum(qq_authorizations)::BIGINT AS qq_authorizations,
        sum(weibo_authorizations)::BIGINT AS weibo_authorizations,
        sum(verification_requests)::BIGINT AS verification_requests,
        sum(billable_verifications)::BIGINT AS billable_verifications
    FROM usage_daily
    GROUP BY ALL
), months AS (
    SELECT
        date_trunc('month', day)::DATE AS month,
        -- The last month has its days up to the as-of, where the days of `day_quality` end; the first one has all of its.
        date_diff('day', min(date_trunc('month', day)), max(day))::INTEGER + 1 AS window_days,
        count(*) FILTER (day_state = 'complete')::INTEGER AS days_with_data
    FROM day_quality
    GROUP BY ALL
)
SELECT month, app_key, app_name, platform, window_days, days_with_data, sums.* EXCLUDE (month, app_key)
FROM sums
JOIN months USING (month)
JOIN apps USING (app_key)
ORDER BY month, app_key
