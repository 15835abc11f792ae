-- grain: app_key of which some record of the day names no platform: only these depend on the registry.
SELECT DISTINCT app_key FROM record_groups WHERE platform IS NULL ORDER BY app_key
