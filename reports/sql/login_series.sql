-- app_key, channel: the login-authorization trend of the 30-day window as lists by day, oldest first
SELECT
    app_key,
    channel,
    list(authorizations ORDER BY day) AS authorizations,
    list(authorization_requests ORDER BY day) AS authorization_requests,
    -- A page shows hundredths of a per cent; sixteen digits would double its size.
    list(round(authorization_rate, 6) ORDER BY day) AS authorization_rate
FROM login_trend
WHERE as_of = $last AND window_days = 30
GROUP BY app_key, channel
ORDER BY app_key, channel
