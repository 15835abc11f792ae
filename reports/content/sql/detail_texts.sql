-- app_key, and the texts of its detail export, of the apps from $first_app to $last_app: each combination once, in order
SELECT place, app_key, app_name, platform, scheme_id, package_name, channel, carrier
FROM detail_texts
WHERE app_key BETWEEN $first_app AND $last_app
ORDER BY place
