-- One row per app or `*` and listed SDK version: technical success rate of the 30 days, oldest first, drawn as a line
-- of a few pixels. A day is its per mille as two base-36 digits, or two dots without requests.
WITH listed AS (
    SELECT DISTINCT app_key, value FROM versions WHERE value IS NOT NULL
), rates AS (
    SELECT app_key, day, value, round(1000 * {{ rate(TECHNICAL) }})::INTEGER AS rate FROM version_requests
)
SELECT
    app_key,
    value,
    string_agg(coalesce(lpad(lower(to_base(rate, 36)), 2, '0'), '..'), '' ORDER BY days.day) AS {{ TECHNICAL }}
FROM listed
CROSS JOIN days
LEFT JOIN rates USING (app_key, value, day)
GROUP BY app_key, value
ORDER BY app_key, value
