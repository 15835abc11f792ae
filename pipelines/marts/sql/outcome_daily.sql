-- grain: day, app_key, channel, stage, platform, carrier, sdk_version, outcome, vendor, result_code
FROM read_parquet(getvariable('outcome_daily_files'), hive_partitioning = false)
ORDER BY day, app_key, channel, stage, platform, carrier, sdk_version NULLS FIRST, outcome, vendor, result_code NULLS FIRST
