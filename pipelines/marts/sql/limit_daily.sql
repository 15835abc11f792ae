-- grain: day, limit_id, app_key with a verification record in scope, over the last 30 days
FROM read_parquet(getvariable('limit_daily_files'), hive_partitioning = false) ORDER BY day, limit_id, app_key
