-- grain: month, app_key with a record in it
WITH sums AS (
    SELECT date_trunc('month', day)::DATE AS month, app_key, {{ sums(USAGE) }}
    FROM usage_daily
    GROUP BY ALL
), months AS (
    SELECT
        date_trunc('month', day)::DATE AS month,
        -- The last month counts days up to the as-of, the last day of `day_quality`; the first month counts all its
        -- days.
        date_diff('day', min(date_trunc('month', day)), max(day))::INTEGER + 1 AS window_days,
        count(*) FILTER ({{ has_data() }})::INTEGER AS days_with_data
    FROM day_quality
    GROUP BY ALL
)
SELECT month, app_key, app_name, platform, window_days, days_with_data, sums.* EXCLUDE (month, app_key)
FROM sums
JOIN months USING (month)
JOIN apps USING (app_key)
ORDER BY month, app_key
