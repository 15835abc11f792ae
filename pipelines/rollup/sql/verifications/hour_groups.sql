-- grain: app, channel, vendor, hour of the business clock: its verification records and their counts. An hour that
-- occurs twice, at a change of the clock, is one row.
WITH quarter_groups AS (
    SELECT
        app,
        channel,
        vendor,
        -- Records are grouped by quarters first. Then the few groups are assigned to hours.
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
    clock_hours[quarter - first_quarter + 1] AS hour,
    {{ sums(("with_device", "with_phone") + VERIFIED) }}
FROM quarter_groups
JOIN batch_days ON day_number = day_number_of(app)
GROUP BY ALL
