-- grain: counted authorize, verify or login record of the day, as numbers: the input for devices and latencies.
SELECT
    app,
    channel_number(channel) AS channel,
    device_high,
    device_low,
    latency_ms
FROM counted_records
JOIN app_numbers USING (day, app_key)
WHERE stage IN ('authorize', 'verify', 'login')
