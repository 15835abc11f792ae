-- grain: one row per app_key, channel, device of the day: its records, and its authorize, verify and login records.
SELECT
    app_key,
    channel,
    device_high,
    device_low,
    count(*) AS records,
    count(*) FILTER (stage IN ('authorize', 'verify', 'login')) AS answers
FROM counted_records
WHERE device_low IS NOT NULL
GROUP BY ALL
