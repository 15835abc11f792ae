-- grain: record, of one device in so many that $id_sample records are left, or of one attempt where it has no device:
-- whether ids are real is seen on some of the records, too.
SELECT
    app_key,
    channel,
    stage,
    coalesce(counted_records.platform, app_platforms.platform, 'unknown') AS platform,
    device_hash,
    phone_hash,
    event_time,
    attempt_id,
    account_id,
    os_version
FROM counted_records
LEFT JOIN app_platforms USING (app_key)
WHERE CASE WHEN device_hash IS NULL THEN hash(coalesce(attempt_id, event_id)) ELSE hash(device_hash) END
    % (SELECT greatest(count(*) // $id_sample, 1)::UBIGINT FROM events) = 0
