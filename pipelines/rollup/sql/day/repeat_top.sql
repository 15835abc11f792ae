-- grain: day, key, rank: the 20 devices and the 20 phones with the most verification records in one app
SELECT
    day,
    (['device', 'phone'])[key_number] AS key,
    (row_number() OVER by_requests)::INTEGER AS rank,
    app_key,
    lower(lpad(to_hex(high), 16, '0')) AS key_hash,
    requests,
    uses,
    make_timestamp_ms(first_moment // 4) AT TIME ZONE 'UTC' AS first_at,
    make_timestamp_ms(last_moment // 4) AT TIME ZONE 'UTC' AS last_at
FROM top_keys
JOIN app_numbers USING (app)
WINDOW by_requests AS (
    PARTITION BY day, key_number ORDER BY requests DESC, high < 0, high, low < 0, low, app_key
)
QUALIFY row_number() OVER by_requests <= 20
ORDER BY day, key, rank
