-- grain: day, channel
FROM read_parquet(getvariable('latency_daily_files')) ORDER BY day, channel
