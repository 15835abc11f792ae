-- app_key, and '*' for all apps together: whose figures there are
SELECT app_key FROM apps UNION ALL SELECT '*' ORDER BY app_key
