-- One row per app in $keys and day with a record, over the 30 days and the eight weeks before: requests, and login
-- authorization in the four channels.
SELECT
    app_key,
    day,
    sum(authorization_requests + verification_requests)::BIGINT AS volume,
    {{ sums(LOGINS, "is_login_channel(channel)") }}
FROM channel_daily
WHERE day BETWEEN $drawn_first AND $last AND app_key IN (SELECT unnest($keys))
GROUP BY app_key, day
ORDER BY app_key, day
