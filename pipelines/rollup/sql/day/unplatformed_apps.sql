-- grain: day, app_key of which some record names no platform: only these depend on the registry.
SELECT DISTINCT day, app_key FROM record_groups WHERE platform IS NULL ORDER BY day, app_key
