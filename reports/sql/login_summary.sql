-- app_key, window_days, channel: the login-authorization figures of each window
SELECT
    app_key,
    window_days,
    channel,
    authorizations,
    authorization_requests,
    authorization_rate,
    previous_authorizations,
    change,
    days_with_data,
    previous_days_with_data
FROM login_trend_summary
WHERE as_of = $last
ORDER BY app_key, window_days, channel
