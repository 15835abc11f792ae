-- grain: app, channel, vendor, hour since the day began: its verification records and what they count as
WITH quarter_groups AS (
    SELECT
        app,
        channel,
        vendor,
        -- The hours of a day begin at different quarters in different batches; a group of few rows is moved to its hour.
        epoch_us(event_time) // 900000000 AS quarter,
        count(*) AS requests,
        count(device_low) AS with_device,
        count(phone_low) AS with_phone,
        sum(successes) AS successes,
        sum(mismatches) AS mismatches,
        sum(unknowns) AS unknowns,
        sum(uses) AS uses,
        sum(duplicates) AS duplicates,
        count(*) FILTER (is_late) AS late
    FROM verification_records
    JOIN verification_kinds USING (kind)
    GROUP BY ALL
)
SELECT
    app,
    channel,
    vendor,
    (quarter - first_quarter) // 4 AS hour,
    sum(requests)::BIGINT AS requests,
    sum(with_device)::BIGINT AS with_device,
    sum(with_phone)::BIGINT AS with_phone,
    sum(successes)::BIGINT AS successes,
    sum(mismatches)::BIGINT AS mismatches,
    sum(unknowns)::BIGINT AS unknowns,
    sum(uses)::BIGINT AS uses,
    sum(duplicates)::BIGINT AS duplicates,
    sum(late)::BIGINT AS late
FROM quarter_groups
JOIN batch_days ON day_number = day_number_of(app)
GROUP BY ALL
