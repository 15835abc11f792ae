-- grain: app_key, set of channels, range of devices: the devices of the app that answered in just these channels.
SELECT app_key, channels, devices
FROM (SELECT app, channels, count(*) AS devices FROM answering_devices GROUP BY ALL)
JOIN app_numbers USING (app)
