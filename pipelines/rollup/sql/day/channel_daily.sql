-- grain: day, app_key, channel with a record, of any stage
WITH channel_counts AS (
    SELECT
        day,
        app_key,
        channel,
        {{ sums(COUNTS) }}
    FROM counts
    GROUP BY ALL
), channel_devices AS (
    SELECT day, app_key, channel, sum(devices)::BIGINT AS devices
    FROM channel_counts JOIN app_device_sets USING (day, app_key)
    WHERE channels & channel_bit(channel_number(channel)) > 0
    GROUP BY ALL
)
SELECT
    channel_counts.*,
    coalesce(devices, 0) AS devices,
    latency_p50_ms,
    latency_p95_ms
FROM channel_counts
LEFT JOIN channel_devices USING (day, app_key, channel)
LEFT JOIN latencies USING (day, app_key, channel)
ORDER BY day, app_key, channel
