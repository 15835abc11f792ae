-- grain: app_key with a record in the window of so many days
WITH sums AS (
    SELECT
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
    WHERE day >= (SELECT first_day FROM periods WHERE window_days = $window_days)
    GROUP BY app_key
)
SELECT app_key, app_name, platform, window_days, days_with_data, sums.* EXCLUDE (app_key)
FROM sums
JOIN apps USING (app_key)
JOIN periods ON window_days = $window_days
ORDER BY app_key
