-- Grain: one row per stored record of one app, repeats included; hashes and masks only, times in UTC.
SELECT
    event_id,
    strftime(event_time, '%Y-%m-%dT%H:%M:%S.%gZ') AS event_time,
    day,
    app_key,
    channel,
    stage,
    outcome,
    result_code,
    vendor,
    platform,
    carrier,
    scheme_id,
    package_name,
    device_hash::VARCHAR AS device_hash,
    phone_hash::VARCHAR AS phone_hash,
    phone_mask,
    latency_ms,
    sdk_version,
    os_version,
    attempt_id,
    account_id
FROM read_parquet($parts, union_by_name := true, hive_partitioning = false)
WHERE app_key = $app_key AND day BETWEEN $first AND $last
ORDER BY ALL NULLS FIRST
