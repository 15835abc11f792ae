-- scheme_id, package_name: every scheme of every app
SELECT app_key, scheme_id, scheme_group, scheme_name, package_name, methods, created_at
FROM schemes
ORDER BY app_key, scheme_id, package_name NULLS FIRST
