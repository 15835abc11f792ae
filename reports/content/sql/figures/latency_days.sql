-- app_key or '*', channel: the latencies of the 30 days as lists by day, oldest first; only channels that have any
WITH measured AS (
    SELECT app_key, channel, day, latency_p50_ms, latency_p95_ms FROM channel_daily
    UNION ALL
    SELECT '*', channel, day, latency_p50_ms, latency_p95_ms FROM latency_daily
), known AS (
    SELECT * FROM measured WHERE day BETWEEN $first AND $last AND latency_p50_ms IS NOT NULL
)
SELECT
    app_key,
    channel,
    [list(latency_p50_ms ORDER BY days.day), list(latency_p95_ms ORDER BY days.day)] AS lists
FROM (SELECT DISTINCT app_key, channel FROM known) AS channels
CROSS JOIN days
LEFT JOIN known USING (app_key, channel, day)
GROUP BY app_key, channel
ORDER BY app_key, channel
