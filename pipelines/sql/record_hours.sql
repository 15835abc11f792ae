-- grain: app_key, channel, hour since the business day began, over the day's de-duplicated records
SELECT
    app_key,
    channel,
    (epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP)) // 3600000 AS hour,
    count(*) AS records
FROM counted_records
GROUP BY ALL
