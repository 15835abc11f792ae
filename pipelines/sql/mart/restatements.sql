-- grain: run, day, app_key, channel, metric
FROM read_parquet(getvariable('restatements_files')) ORDER BY run, day, app_key, channel, metric
