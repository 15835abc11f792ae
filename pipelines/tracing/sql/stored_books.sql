-- grain: day, with `by_server` of the app as stored in session_books
SELECT day, by_server FROM read_parquet($files, hive_partitioning = false) WHERE app_key = $app_key
