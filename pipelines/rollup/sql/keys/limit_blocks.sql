-- grain: limit, app: the records that the limit would have blocked
WITH walked AS (
    SELECT
        limit_number,
        app,
        blocked_of(
            list(moment ORDER BY moment // 4, event_id), any_value(max_requests), any_value(seconds) * 1000
        ) AS blocked
    FROM repeated_records
    JOIN watched_keys USING (key_number, app, high, low)
    WHERE limit_channel IN (channel, '*')
    GROUP BY limit_number, app, high, low
)
SELECT
    limit_number,
    app,
    sum(blocked[1])::BIGINT AS blocked,
    sum(blocked[2])::BIGINT AS blocked_uses,
    sum(blocked[3])::BIGINT AS blocked_successes,
    count(*) FILTER (blocked[1] > 0) AS keys_blocked
FROM walked
GROUP BY ALL
