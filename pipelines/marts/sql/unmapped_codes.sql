-- grain: day, channel, stage, vendor, platform, result_code that the dictionary lacks
FROM read_parquet(getvariable('unmapped_codes_files'), hive_partitioning = false)
ORDER BY day, channel, stage, vendor, platform, result_code
