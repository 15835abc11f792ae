-- grain: record of the day that counts, in numbers: what devices and latencies are counted by.
SELECT
    app,
    channel_number(channel) AS channel,
    stage IN ('authorize', 'verify', 'login') AS is_answer,
    device_high,
    device_low,
    latency_ms
FROM counted_records
JOIN app_numbers USING (day, app_key)
