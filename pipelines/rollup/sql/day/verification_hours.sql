-- grain: day, hour of the business clock, app_key, channel, vendor with a verification record
SELECT
    day,
    hour,
    app_key,
    channel,
    vendor,
    {{ sums(VERIFIED) }}
FROM hour_groups
JOIN app_numbers USING (app)
GROUP BY ALL
ORDER BY day, hour, app_key, channel, vendor
