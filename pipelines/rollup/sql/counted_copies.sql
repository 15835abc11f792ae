-- grain: one row per repeated event_id of the day: the copy that counts.
-- The smallest copy counts, field by field in the order of the log contract, absent before present. A device and a
-- phone compare by their hashes: the ids themselves are not kept.
SELECT * EXCLUDE (place)
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY event_id
            ORDER BY event_time, app_key, channel, stage, outcome NULLS FIRST, result_code NULLS FIRST,
                vendor NULLS FIRST, platform NULLS FIRST, carrier, scheme_id NULLS FIRST, package_name NULLS FIRST,
                device_hash NULLS FIRST, phone_hash NULLS FIRST, latency_ms NULLS FIRST, sdk_version NULLS FIRST,
                os_version NULLS FIRST, attempt_id NULLS FIRST, account_id NULLS FIRST
        ) AS place
    FROM events
    SEMI JOIN repeated_ids USING (event_id)
)
WHERE place = 1
