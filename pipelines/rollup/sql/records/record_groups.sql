-- grain: day and combination of the counted fields, over the de-duplicated records; `records` counts them, and `with_…`
-- the records that have the field.
SELECT
    day, {{ each_of(COUNTED_FIELDS, "{0}") }},
    count(*) AS records,
    count(os_version) AS with_os_version,
    count(device_low) AS with_device_id,
    count(phone_low) AS with_phone,
    count(attempt_id) AS with_attempt_id,
    count(account_id) AS with_account_id,
    count(latency_ms) AS with_latency_ms
FROM counted_records
GROUP BY ALL
