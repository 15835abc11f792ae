-- grain: day, app_key, key, requests_class with a device or phone, over the last 30 days
FROM read_parquet(getvariable('repeat_daily_files'), hive_partitioning = false) ORDER BY day, app_key, key, requests_class
