-- grain: day, app_key, channel, platform, scheme_id, package_name, carrier
FROM read_parquet(getvariable('channel_detail_daily_files'), hive_partitioning = false)
ORDER BY day, app_key, channel, platform, scheme_id NULLS FIRST, package_name NULLS FIRST, carrier
