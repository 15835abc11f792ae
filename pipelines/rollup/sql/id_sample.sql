-- grain: record of the sample that counts.
SELECT
    app_key,
    channel,
    stage,
    coalesce(picked_records.platform, app_platforms.platform, 'unknown') AS platform,
    device_high,
    device_low,
    phone_high,
    phone_low,
    event_time,
    attempt_id,
    account_id,
    os_version
FROM picked_records
ANTI JOIN dropped_copies USING (record_number)
LEFT JOIN app_platforms USING (app_key)
WHERE is_sampled
