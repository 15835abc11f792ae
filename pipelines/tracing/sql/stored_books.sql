-- grain: day, app_key, as session_books, of the stored tables
SELECT day, app_key, by_server FROM read_parquet($files, hive_partitioning = false)
