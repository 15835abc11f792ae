-- grain: day, channel with a latency, over all apps together: nearest-rank percentiles, so each is a value that
-- occurred
WITH histogram AS (
    SELECT day_number_of(app) AS day_number, channel, latency_ms, sum(records) AS records
    FROM latency_histogram
    GROUP BY ALL
), ranked AS (
    SELECT
        *,
        sum(records) OVER (PARTITION BY day_number, channel ORDER BY latency_ms) AS rank,
        sum(records) OVER (PARTITION BY day_number, channel) AS total
    FROM histogram
)
SELECT
    day,
    channel_of(channel) AS channel,
    sum(records)::BIGINT AS records,
    -- Integers only, as in latencies.sql.
    min(latency_ms) FILTER (rank * 100 >= total * 50) AS latency_p50_ms,
    min(latency_ms) FILTER (rank * 100 >= total * 95) AS latency_p95_ms
FROM ranked
JOIN batch_days USING (day_number)
GROUP BY day, ranked.channel
ORDER BY day, channel
