-- grain: record, of one device in `of`, or of one record in `of` where it has no device: whether ids, times and versions
-- are real is seen on some of the records, too.
SELECT
    app_key,
    channel,
    stage,
    coalesce(counted_records.platform, app_platforms.platform, 'unknown') AS platform,
    device_hash,
    event_time,
    (epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP)) // 3600000 AS hour,
    attempt_id,
    account_id,
    os_version,
    latency_ms
FROM counted_records
LEFT JOIN app_platforms USING (app_key)
WHERE CASE WHEN device_hash IS NULL THEN hash(event_id) ELSE hash(device_hash) END % $of = 0
