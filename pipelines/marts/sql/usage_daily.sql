-- grain: day, app_key with a record
WITH usage AS (
    SELECT day, app_key, {{ sums_by_channel() }}, {{ sums(TOTALS) }}
    FROM out.channel_daily
    GROUP BY ALL
)
SELECT
    usage.day,
    usage.app_key,
    apps.app_name,
    apps.platform,
    usage.* EXCLUDE (day, app_key),
    coalesce(app_devices.devices, 0) AS devices
FROM usage
JOIN out.apps AS apps USING (app_key)
LEFT JOIN read_parquet(getvariable('app_devices_files'), hive_partitioning = false) AS app_devices USING (day, app_key)
ORDER BY day, app_key
