-- grain: day: the stored row of session_books of the app
SELECT day, by_server FROM read_parquet($files, hive_partitioning = false) WHERE app_key = $app_key
