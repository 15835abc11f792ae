-- grain: one row per app_key, channel with a latency: nearest-rank percentiles, values that occurred.
WITH ranked AS (
    SELECT
        *,
        sum(records) OVER (PARTITION BY app_key, channel ORDER BY latency_ms) AS rank,
        sum(records) OVER (PARTITION BY app_key, channel) AS total
    FROM latency_histogram
)
SELECT
    app_key,
    channel,
    -- Whole numbers only: 0.95 * n in floating point may miss the rank by one.
    min(latency_ms) FILTER (rank * 100 >= total * 50) AS latency_p50_ms,
    min(latency_ms) FILTER (rank * 100 >= total * 95) AS latency_p95_ms
FROM ranked
GROUP BY ALL
