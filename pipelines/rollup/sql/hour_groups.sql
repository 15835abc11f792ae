-- grain: app, channel, vendor, hour since the day began: its verification records and what they count as
SELECT
    app,
    channel,
    vendor,
    (epoch_us(event_time) - epoch_us($day_start::TIMESTAMP)) // 3600000000 AS hour,
    count(*) AS requests,
    count(device_low) AS with_device,
    count(phone_low) AS with_phone,
    sum(successes)::BIGINT AS successes,
    sum(mismatches)::BIGINT AS mismatches,
    sum(unknowns)::BIGINT AS unknowns,
    sum(uses)::BIGINT AS uses,
    sum(duplicates)::BIGINT AS duplicates,
    count(*) FILTER (is_late) AS late
FROM verification_records
JOIN verification_kinds USING (kind)
GROUP BY ALL
