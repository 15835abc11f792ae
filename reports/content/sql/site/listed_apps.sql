-- app: its names, in the order of them
SELECT app_name AS name, app_key AS key, folder, pinyin, platform
FROM listed_apps
JOIN name_order USING (app_key)
ORDER BY name_order.place
