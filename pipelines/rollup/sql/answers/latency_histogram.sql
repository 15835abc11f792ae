-- grain: app, channel, latency_ms of the day's authorize, verify and login records; `records` counts them.
SELECT app, channel, latency_ms, count(*) AS records
FROM numbered_records
WHERE latency_ms IS NOT NULL
GROUP BY ALL
