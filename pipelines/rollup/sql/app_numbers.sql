-- grain: app_key of the day, with a number in its order, which groups and sorts faster than its text.
SELECT app_key, row_number() OVER (ORDER BY app_key)::INTEGER AS app FROM delivered_apps
