-- grain: set of channels, range of devices: the devices that answered in just these channels, whatever the app.
SELECT channels, count(*) AS devices
FROM (SELECT bit_or(channels) AS channels FROM answering_devices GROUP BY device_high, device_low)
GROUP BY ALL
