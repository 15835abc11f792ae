-- grain: app_key, hour of the clock
SELECT app_key, $clock_hours[hour + 1] AS hour, sum(records)::BIGINT AS records
FROM (SELECT app, hour, count(*) AS records FROM numbered_records GROUP BY ALL)
JOIN app_numbers USING (app)
GROUP BY ALL
