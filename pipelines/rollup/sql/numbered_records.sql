-- grain: record of the day that counts, in numbers: what devices, latencies and hours are counted by.
SELECT
    app,
    channel_number(channel) AS channel,
    stage_number(stage) AS stage,
    platform_number(platform) AS platform,
    stage IN ('authorize', 'verify', 'login') AS is_answer,
    device_high,
    device_low,
    latency_ms,
    -- Hours since the day began; of a day with an hour twice or never, these are not those of the clock.
    (elapsed_us // 3600000000)::UTINYINT AS hour,
    elapsed_us % 3600000000 = 0 AS is_at_full_hour
FROM (SELECT *, epoch_us(event_time) - epoch_us($day_start::TIMESTAMP) AS elapsed_us FROM counted_records)
JOIN app_numbers USING (app_key)
