-- grain: day, measure, whole, part of some days, as profile_daily; the latencies of the channels are put with them
SELECT day, measure, whole, part, amount FROM read_parquet($profiles)
UNION ALL
SELECT day, 'latency', channel, unnest(['p50', 'p95', 'records']), unnest([latency_p50_ms, latency_p95_ms, records])
FROM read_parquet($latencies)
