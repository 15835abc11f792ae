-- One row per app, sorted by name: name, key, folder, pinyin of the name, and platform.
SELECT app_name AS name, app_key AS key, folder, pinyin, platform
FROM listed_apps
JOIN name_order USING (app_key)
ORDER BY name_order.place
