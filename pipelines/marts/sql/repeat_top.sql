-- grain: day, key, rank, over the last 30 days
FROM read_parquet(getvariable('repeat_top_files'), hive_partitioning = false) ORDER BY day, key, rank
