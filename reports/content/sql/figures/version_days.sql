-- app_key or '*', sdk_version: its technical success rate by day of the 30 days, oldest first, in whole per mille, two
-- digits to base 36 each, dots on a day without requests: it is drawn as a line of a few pixels. Of the versions listed
WITH listed AS (
    SELECT DISTINCT app_key, sdk_version FROM versions WHERE sdk_version IS NOT NULL
), counted AS (
    SELECT
        app_key,
        day,
        sdk_version,
        round(1000 * authorizations / nullif(requests - cancelled, 0))::INTEGER AS rate
    FROM version_requests
    UNION ALL
    SELECT '*', day, sdk_version, round(1000 * sum(authorizations) / nullif(sum(requests - cancelled), 0))::INTEGER
    FROM version_requests
    GROUP BY day, sdk_version
)
SELECT app_key, sdk_version, string_agg(coalesce(lpad(lower(to_base(rate, 36)), 2, '0'), '..'), '' ORDER BY days.day) AS rates
FROM listed
CROSS JOIN days
LEFT JOIN counted USING (app_key, sdk_version, day)
GROUP BY app_key, sdk_version
ORDER BY app_key, sdk_version
