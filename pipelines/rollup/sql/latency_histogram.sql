-- grain: app_key, channel, latency_ms of the day's authorize, verify and login records; `records` counts them.
SELECT app_key, channel, latency_ms, count(*) AS records
FROM counted_records
WHERE latency_ms IS NOT NULL AND stage IN ('authorize', 'verify', 'login')
GROUP BY ALL
