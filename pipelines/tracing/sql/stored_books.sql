-- grain: day, app_key: the stored rows of session_books
SELECT day, app_key, by_server FROM read_parquet($files, hive_partitioning = false)
