-- grain: day, app_key, channel with a latency: nearest-rank percentiles, so each is a value that occurred.
WITH ranked AS (
    SELECT
        *,
        sum(records) OVER (PARTITION BY app, channel ORDER BY latency_ms) AS rank,
        sum(records) OVER (PARTITION BY app, channel) AS total
    FROM latency_histogram
), percentiles AS (
    SELECT
        app,
        channel,
        -- Integers only: 0.95 * n in floating point may miss the rank by one.
        min(latency_ms) FILTER (rank * 100 >= total * 50) AS latency_p50_ms,
        min(latency_ms) FILTER (rank * 100 >= total * 95) AS latency_p95_ms
    FROM ranked
    GROUP BY ALL
)
SELECT day, app_key, channel_of(channel) AS channel, latency_p50_ms, latency_p95_ms
FROM percentiles
JOIN app_numbers USING (app)
