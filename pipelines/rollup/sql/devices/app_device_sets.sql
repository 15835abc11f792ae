-- grain: day, app_key, set of channels, range of devices: the devices with answers from the app in exactly these
-- channels.
SELECT day, app_key, channels, devices
FROM (SELECT app, channels, count(*) AS devices FROM answering_devices GROUP BY ALL)
JOIN app_numbers USING (app)
