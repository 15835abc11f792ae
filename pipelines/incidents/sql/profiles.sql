-- grain: day, measure, whole, part of some days, as profile_daily; the latencies of the channels are put with them, and
-- apps that are small on each of the days are one, as there may be a hundred thousand.
WITH profiles AS (
    SELECT day, measure, whole, part, amount FROM read_parquet($profiles, hive_partitioning = false)
), apps AS (
    SELECT *, sum(amount) OVER (PARTITION BY day) AS of_day FROM profiles WHERE measure = 'app'
), named_apps AS (
    SELECT DISTINCT part FROM apps WHERE amount * $small >= of_day
)
SELECT * FROM profiles WHERE measure <> 'app'
UNION ALL
SELECT day, measure, whole, coalesce(named_apps.part, $others), sum(amount)::BIGINT
FROM apps
LEFT JOIN named_apps USING (part)
GROUP BY ALL
UNION ALL
SELECT day, 'latency', channel, unnest(['p50', 'p95', 'records']), unnest([latency_p50_ms, latency_p95_ms, records])
FROM read_parquet($latencies, hive_partitioning = false)
