-- day, limit_id, app_key: the columns of limit_daily, for the last 30 days
SELECT
    day,
    limit_id,
    app_key,
    requests,
    with_key,
    keys,
    blocked,
    blocked_uses,
    blocked_successes,
    keys_blocked
FROM limit_daily
WHERE day BETWEEN $first AND $last
ORDER BY day, limit_id, app_key
