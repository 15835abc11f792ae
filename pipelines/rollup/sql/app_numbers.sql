-- grain: app_key of the day, with a number in its order, which groups and sorts faster than its text, and its registered
-- platform.
SELECT app_key, row_number() OVER (ORDER BY app_key)::INTEGER AS app, platform
FROM delivered_apps
LEFT JOIN app_platforms USING (app_key)
