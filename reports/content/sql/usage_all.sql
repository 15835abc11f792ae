-- day, app_key: the columns of usage_daily, for the last 30 days
SELECT
    day,
    app_key,
    app_name,
    platform,
    number_verifications,
    one_click_verifications,
    local_verifications,
    third_party_authorizations,
    wechat_authorizations,
    qq_authorizations,
    weibo_authorizations,
    verification_requests,
    billable_verifications,
    devices
FROM usage_daily
WHERE day BETWEEN $first AND $last
ORDER BY day, app_key
