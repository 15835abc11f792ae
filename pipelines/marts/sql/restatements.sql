-- grain: run, day, app_key, channel, metric
FROM read_parquet(getvariable('restatements_files'), hive_partitioning = false)
ORDER BY run, day, app_key, channel, metric
