-- grain: record, of one device in so many that $id_sample records are left, or of one attempt where it has no device:
-- whether ids are real is seen on some of the records, too.
SELECT
    app_key,
    channel,
    stage,
    coalesce(counted_records.platform, app_platforms.platform, 'unknown') AS platform,
    device_high,
    device_low,
    phone_high,
    phone_low,
    event_time,
    attempt_id,
    account_id,
    os_version
FROM counted_records
LEFT JOIN app_platforms USING (app_key)
WHERE CASE
        WHEN device_low IS NULL THEN hash(coalesce(attempt_id, event_id))
        -- What DuckDB's hash of the two halves as one UUID is.
        ELSE xor(hash(xor(device_high, (-9223372036854775808)::BIGINT)), hash(device_low))
    END % (SELECT greatest(count(*) // $id_sample, 1)::UBIGINT FROM events) = 0
