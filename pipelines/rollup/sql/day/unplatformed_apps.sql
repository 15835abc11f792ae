-- grain: day, app_key with a record without a platform: only these apps depend on the registry.
SELECT DISTINCT day, app_key FROM record_groups WHERE platform IS NULL ORDER BY day, app_key
