-- app: its names, in the order of them
SELECT app_name AS name, app_key AS key, folder, initials, platform
FROM listed_apps
WHERE app_key <> '*'
ORDER BY place
