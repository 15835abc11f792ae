-- grain: set of channels, range of devices: the devices that answered in just these channels, whatever the app; and those
-- of them that answered once.
SELECT channels, count(*) AS devices, count(*) FILTER (answers = 1) AS lone_devices
FROM (
    SELECT bit_or(channels) AS channels, sum(answers) AS answers FROM answering_devices GROUP BY device_high, device_low
)
GROUP BY ALL
