-- One row per app: its names, sorted by name.
SELECT app_name AS name, app_key AS key, folder, pinyin, platform
FROM listed_apps
JOIN name_order USING (app_key)
ORDER BY name_order.place
