-- grain: day, app_key, channel
FROM read_parquet(getvariable('channel_daily_files'), hive_partitioning = false) ORDER BY day, app_key, channel
