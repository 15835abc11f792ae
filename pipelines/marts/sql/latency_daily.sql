-- grain: day, channel
FROM read_parquet(getvariable('latency_daily_files'), hive_partitioning = false) ORDER BY day, channel
