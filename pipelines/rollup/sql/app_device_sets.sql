-- grain: day, app_key, set of channels, range of devices: the devices that answered the app in just these channels.
SELECT day, app_key, channels, devices
FROM (SELECT app, channels, count(*) AS devices FROM answering_devices GROUP BY ALL)
JOIN app_numbers USING (app)
