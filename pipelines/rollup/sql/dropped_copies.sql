-- grain: record that does not count: of an id that a day has more than once, each copy but the smallest.
-- Copies compare field by field in the order of the log contract, absent before present. A device and a phone compare by
-- their hashes: the ids themselves are not kept. Of a hash the halves are signed, so that the greater half of the
-- numbers stands below 0. Of equal copies one that came in time counts. `kept_number` is the record that counts.
SELECT record_number, kept_number
FROM (
    SELECT record_number, row_number() OVER copies AS place, first_value(record_number) OVER copies AS kept_number
    FROM picked_records
    WINDOW copies AS (
        PARTITION BY day, event_id
        ORDER BY event_time, app_key, channel, stage, outcome NULLS FIRST, result_code NULLS FIRST,
            vendor NULLS FIRST, platform NULLS FIRST, carrier NULLS FIRST, scheme_id NULLS FIRST,
            package_name NULLS FIRST, device_high < 0 NULLS FIRST, device_high, device_low < 0, device_low,
            phone_high < 0 NULLS FIRST, phone_high, phone_low < 0, phone_low, latency_ms NULLS FIRST,
            sdk_version NULLS FIRST, os_version NULLS FIRST, attempt_id NULLS FIRST, account_id NULLS FIRST,
            is_late
    )
)
WHERE place > 1
