-- app_key or '*', SDK version: its technical success rate by day of the 30 days, oldest first, in whole per mille, two
-- digits to base 36 each, dots on a day without requests: it is drawn as a line of a few pixels. Of the versions listed
WITH listed AS (
    SELECT DISTINCT app_key, value FROM versions WHERE value IS NOT NULL
), sums AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        day,
        value,
        round(1000 * {{ rate(TECHNICAL, "sum({})") }})::INTEGER AS rate
    FROM version_requests
    GROUP BY day, value, GROUPING SETS ((app_key), ())
)
SELECT
    app_key,
    value,
    string_agg(coalesce(lpad(lower(to_base(rate, 36)), 2, '0'), '..'), '' ORDER BY days.day) AS {{ TECHNICAL }}
FROM listed
CROSS JOIN days
LEFT JOIN sums USING (app_key, value, day)
GROUP BY app_key, value
ORDER BY app_key, value
