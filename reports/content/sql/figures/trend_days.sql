-- app_key or '*', channel: the login-authorization trend of the 30 days as lists by day, oldest first
SELECT
    app_key,
    channel,
    [
        list(authorizations ORDER BY day),
        list(authorization_requests ORDER BY day),
        list(authorizations_cancelled ORDER BY day)
    ] AS lists
FROM login_trend
WHERE as_of = $last AND window_days = 30
GROUP BY app_key, channel
ORDER BY app_key, channel
