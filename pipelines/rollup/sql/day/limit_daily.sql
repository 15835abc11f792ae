-- grain: day, limit_id, app_key with a verification record in the limit's scope
WITH scopes AS (
    SELECT
        limits.limit_number,
        limits.limit_id,
        limits.key_number,
        limits.channel,
        app,
        day,
        app_numbers.app_key,
        sum(requests) AS requests,
        sum(CASE limits.key_number WHEN 1 THEN with_device WHEN 2 THEN with_phone ELSE requests END) AS with_key
    FROM hour_groups
    JOIN app_numbers USING (app)
    JOIN limits ON limits.app_key IN (app_numbers.app_key, '*') AND limits.channel IN (hour_groups.channel, '*')
    GROUP BY ALL
)
SELECT
    day,
    limit_id,
    app_key,
    requests::BIGINT AS requests,
    with_key::BIGINT AS with_key,
    CASE key_number WHEN 3 THEN 1 ELSE coalesce(keys, 0) END::BIGINT AS keys,
    coalesce(blocked, 0) AS blocked,
    coalesce(blocked_uses, 0) AS blocked_uses,
    coalesce(blocked_successes, 0) AS blocked_successes,
    coalesce(keys_blocked, 0) AS keys_blocked
FROM scopes
LEFT JOIN key_channels USING (key_number, app, channel)
LEFT JOIN limit_blocks USING (limit_number, app)
ORDER BY day, limit_id, app_key
