-- grain: one row per combination of what records say, over the day's de-duplicated records; `records` counts them.
SELECT
    app_key, channel, stage, outcome, result_code, vendor, platform, carrier, scheme_id, package_name, sdk_version,
    count(*) AS records
FROM counted_records
GROUP BY ALL
