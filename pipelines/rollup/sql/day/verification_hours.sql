-- grain: day, hour of the business clock, app_key, channel, vendor with a verification record
SELECT
    day,
    clock_hours[hour + 1] AS hour,
    app_key,
    channel,
    vendor,
    {{ sums(VERIFIED) }}
FROM hour_groups
JOIN app_numbers USING (app)
JOIN batch_days USING (day)
-- An hour that occurs twice, at a change of the clock, is one row.
GROUP BY ALL
ORDER BY day, hour, app_key, channel, vendor
