-- app_key, day: requests and login authorization in the four channels of the apps named, on the 30 days and the eight
-- weeks before these; a row where there was a record
SELECT
    app_key,
    day,
    sum(authorization_requests + verification_requests)::BIGINT AS volume,
    {{ sums(LOGINS, "is_login_channel(channel)") }}
FROM channel_daily
WHERE day BETWEEN $last::DATE - 85 AND $last AND app_key IN (SELECT unnest($keys))
GROUP BY app_key, day
ORDER BY app_key, day
